// SPDX-License-Identifier: MIT
// Taking a mount away, as root or through fusermount3.
#ifndef TENSORFS_TOOLS_UNMOUNT_H_
#define TENSORFS_TOOLS_UNMOUNT_H_

#include <string>

#include "codec/result.h"

namespace tensorfs {

inline constexpr const char* kMountType = "fuse.tensorfs";  // as the mount table shows it

enum class UnmountMode { kNormal, kLazy };

// REQUIRES: `mountpoint` is absolute, without symbolic links. Errors: kBusy, naming processes that
// use it as far as they can be seen; kPermission; kNotFound without fusermount3; kIo.
Result<void> Unmount(const std::string& mountpoint, UnmountMode mode);

}  // namespace tensorfs

#endif  // TENSORFS_TOOLS_UNMOUNT_H_
