// SPDX-License-Identifier: MIT
#include "fs/libfuse_version.h"

#define FUSE_USE_VERSION 314
#include <fuse_lowlevel.h>

namespace tensorfs {

std::string LibfuseVersion() { return fuse_pkgversion(); }

}  // namespace tensorfs
