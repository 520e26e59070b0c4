// SPDX-License-Identifier: MIT
// Paths that a user gives beside a mountpoint.
#ifndef TENSORFS_TOOLS_MOUNTED_PATH_H_
#define TENSORFS_TOOLS_MOUNTED_PATH_H_

#include <string>

#include "codec/result.h"

namespace tensorfs {

// A path below the mountpoint, absolute or from the working directory, as seen from the mount's
// root ("" is the root); a relative path that exists nowhere else is taken as such already. The
// path is not opened. Errors: kInvalidArgument if it lies outside the mount.
Result<std::string> PathInMount(const std::string& mountpoint, const std::string& path);

}  // namespace tensorfs

#endif  // TENSORFS_TOOLS_MOUNTED_PATH_H_
