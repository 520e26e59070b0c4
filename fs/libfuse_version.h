// SPDX-License-Identifier: MIT
#ifndef TENSORFS_FS_LIBFUSE_VERSION_H_
#define TENSORFS_FS_LIBFUSE_VERSION_H_

#include <string>

namespace tensorfs {

// Of the library that is loaded, which need not be the one this was compiled with.
std::string LibfuseVersion();

}  // namespace tensorfs

#endif  // TENSORFS_FS_LIBFUSE_VERSION_H_
