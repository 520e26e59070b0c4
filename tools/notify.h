// SPDX-License-Identifier: MIT
// systemd's readiness protocol: a datagram to the socket that $NOTIFY_SOCKET names.
#ifndef TENSORFS_TOOLS_NOTIFY_H_
#define TENSORFS_TOOLS_NOTIFY_H_

#include <string_view>

namespace tensorfs {

// Sends `state`, for instance "READY=1". Does nothing where nobody asked to be told. Thread-safe.
void NotifyServiceManager(std::string_view state);

}  // namespace tensorfs

#endif  // TENSORFS_TOOLS_NOTIFY_H_
