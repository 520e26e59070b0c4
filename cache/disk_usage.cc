// SPDX-License-Identifier: MIT
#include "cache/disk_usage.h"

#include <sys/stat.h>

#include <filesystem>
#include <system_error>

namespace tensorfs {
namespace {

constexpr uint64_t kStatBlockBytes = 512;

uint64_t AllocatedBytes(const std::string& path) {
  struct stat attributes;
  if (lstat(path.c_str(), &attributes) != 0) return 0;
  return static_cast<uint64_t>(attributes.st_blocks) * kStatBlockBytes;
}

}  // namespace

uint64_t DiskUsage(const std::string& directory) {
  uint64_t bytes = AllocatedBytes(directory);
  std::error_code failure;
  std::filesystem::recursive_directory_iterator entry(directory, failure);
  for (; !failure && entry != std::filesystem::recursive_directory_iterator();
       entry.increment(failure)) {
    bytes += AllocatedBytes(entry->path().string());
  }
  return bytes;
}

}  // namespace tensorfs
