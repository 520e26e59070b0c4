// SPDX-License-Identifier: MIT
// Which processes keep a mount busy.
#ifndef TENSORFS_TOOLS_MOUNT_USERS_H_
#define TENSORFS_TOOLS_MOUNT_USERS_H_

#include <string>
#include <vector>

namespace tensorfs {

// "python3 (1234)" for each other process with a working directory or an open or mapped file there,
// of those whose /proc entries the caller may read; a few at most.
std::vector<std::string> FindMountUsers(const std::string& mountpoint);

}  // namespace tensorfs

#endif  // TENSORFS_TOOLS_MOUNT_USERS_H_
