// SPDX-License-Identifier: MIT
// Files put out of the kernel's page cache, so that the next read comes from the disk. Stateless;
// thread-safe.
#ifndef TENSORFS_TOOLS_PROFILE_PAGE_CACHE_H_
#define TENSORFS_TOOLS_PROFILE_PAGE_CACHE_H_

#include <span>
#include <string>
#include <vector>

namespace tensorfs {

// What of a file is not on the disk yet stays in the cache, unless it is written first.
enum class DirtyPages { kStay, kAreWrittenFirst };

// Files that cannot be opened are passed over.
void DropFromPageCache(std::span<const std::string> paths, DirtyPages dirty);

// The share of the files' pages that the page cache holds; of files in memory (tmpfs) it never lets
// go. What cannot be asked counts as not there.
double CachedShare(std::span<const std::string> paths);

}  // namespace tensorfs

#endif  // TENSORFS_TOOLS_PROFILE_PAGE_CACHE_H_
