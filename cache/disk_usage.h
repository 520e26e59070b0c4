// SPDX-License-Identifier: MIT
// What a directory takes on disk. Pure function of the filesystem.
#ifndef TENSORFS_CACHE_DISK_USAGE_H_
#define TENSORFS_CACHE_DISK_USAGE_H_

#include <cstdint>
#include <string>

namespace tensorfs {

// The bytes that `du` counts; what cannot be seen counts nothing.
uint64_t DiskUsage(const std::string& directory);

}  // namespace tensorfs

#endif  // TENSORFS_CACHE_DISK_USAGE_H_
