// SPDX-License-Identifier: MIT
// Work that goes on in a process of its own after the command has returned.
#ifndef TENSORFS_TOOLS_DAEMON_H_
#define TENSORFS_TOOLS_DAEMON_H_

#include <functional>

#include "codec/result.h"

namespace tensorfs {

// Calls `on_ready` once, from any thread, when the work goes on by itself.
using DaemonWork = std::function<Result<void>(const std::function<void()>& on_ready)>;

// Forks; the child runs `work` in a session of its own with "/" as its directory, and lets go of
// the terminal when it is ready. Returns as soon as it is. Errors: those of `work` until then; kIo
// if the child dies. Call it while the process has one thread.
Result<void> RunInBackground(const DaemonWork& work);

}  // namespace tensorfs

#endif  // TENSORFS_TOOLS_DAEMON_H_
