// SPDX-License-Identifier: MIT
// The number by which the kernel names a file; 0 means none.
#ifndef TENSORFS_FS_INODE_H_
#define TENSORFS_FS_INODE_H_

#include <cstdint>

namespace tensorfs {

using Inode = uint64_t;
inline constexpr Inode kRootInode = 1;

}  // namespace tensorfs

#endif  // TENSORFS_FS_INODE_H_
