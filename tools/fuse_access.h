// SPDX-License-Identifier: MIT
// Whether this process can mount a FUSE filesystem, and what this machine has for it.
#ifndef TENSORFS_TOOLS_FUSE_ACCESS_H_
#define TENSORFS_TOOLS_FUSE_ACCESS_H_

#include <string>
#include <utility>
#include <vector>

#include "codec/result.h"

namespace tensorfs {

// Errors: kNotFound, saying what is missing and how to get it.
Result<void> CheckFuseAccess();

// What the machine offers to a mount by this user, as rows of a table.
std::vector<std::pair<std::string, std::string>> DescribeFuseAccess();

}  // namespace tensorfs

#endif  // TENSORFS_TOOLS_FUSE_ACCESS_H_
