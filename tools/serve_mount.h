// SPDX-License-Identifier: MIT
// The daemon's whole life: from the store's lock to the unmount.
#ifndef TENSORFS_TOOLS_SERVE_MOUNT_H_
#define TENSORFS_TOOLS_SERVE_MOUNT_H_

#include <functional>

#include "codec/result.h"
#include "tools/command.h"

namespace tensorfs {

// Mounts and serves until someone unmounts or a signal asks for the end; calls `on_ready`, from
// another thread, when the mount has answered for the first time.
// REQUIRES: PrepareMount made `command`. Errors: what keeps it from mounting or serving.
Result<void> ServeMount(const MountCommand& command, const std::function<void()>& on_ready);

}  // namespace tensorfs

#endif  // TENSORFS_TOOLS_SERVE_MOUNT_H_
