// SPDX-License-Identifier: MIT
// What is agreed with the kernel when a mount starts.
#ifndef TENSORFS_FS_FUSE_INIT_H_
#define TENSORFS_FS_FUSE_INIT_H_

#include "fs/fuse_operations.h"

namespace tensorfs {

// Chooses the capabilities of the connection and raises the mount's read-ahead, and notes in
// context.features what came of it. Called once, before the kernel's first real request.
void InitConnection(FuseContext& context, fuse_conn_info& connection);

}  // namespace tensorfs

#endif  // TENSORFS_FS_FUSE_INIT_H_
