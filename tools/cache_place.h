// SPDX-License-Identifier: MIT
// What a user gives `tensorfs cache` to look at. Stateless.
#ifndef TENSORFS_TOOLS_CACHE_PLACE_H_
#define TENSORFS_TOOLS_CACHE_PLACE_H_

#include <string>

#include "codec/result.h"

namespace tensorfs {

// Whether a tensorfs is mounted there and served; if not, it is a directory of something else.
// Errors: kNotFound if nothing is there; kIo if its daemon is dead.
Result<bool> IsServed(const std::string& place);

// A sample's path or a pattern as the daemon takes it: relative to the mount where it is in there,
// or is relative and exists nowhere else; otherwise absolute.
std::string PathForDaemon(const std::string& mountpoint, const std::string& path);

}  // namespace tensorfs

#endif  // TENSORFS_TOOLS_CACHE_PLACE_H_
