// SPDX-License-Identifier: MIT
// Opening a path below a directory so that no symbolic link on the way, put there by whom it may
// be, can lead anywhere else. Stateless; thread-safe.
#ifndef TENSORFS_FS_OPEN_BENEATH_H_
#define TENSORFS_FS_OPEN_BENEATH_H_

#include <string>

#include "cache/unique_fd.h"

namespace tensorfs {

// openat(2) that follows no symbolic link in any component; "" is `root_fd` itself. O_CLOEXEC is
// added. On failure the result is not valid and errno says why: ELOOP for a link.
// REQUIRES: the path is relative and without "." or "..".
UniqueFd OpenBeneath(int root_fd, const std::string& path, int flags);

// The same, one component at a time: what OpenBeneath does where the kernel is older than 5.6 or a
// container forbids openat2(2).
UniqueFd OpenBeneathByWalking(int root_fd, const std::string& path, int flags);

}  // namespace tensorfs

#endif  // TENSORFS_FS_OPEN_BENEATH_H_
