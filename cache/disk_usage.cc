// SPDX-License-Identifier: MIT
#include "cache/disk_usage.h"

#include <sys/stat.h>

#include <filesystem>
#include <set>
#include <system_error>
#include <utility>

namespace tensorfs {
namespace {

constexpr uint64_t kStatBlockBytes = 512;

// By device and inode: a file with two names counts once.
using Seen = std::set<std::pair<dev_t, ino_t>>;

uint64_t AllocatedBytes(const std::string& path, Seen* seen) {
  struct stat attributes;
  if (lstat(path.c_str(), &attributes) != 0) return 0;
  const bool is_new = seen->emplace(attributes.st_dev, attributes.st_ino).second;
  return is_new ? static_cast<uint64_t>(attributes.st_blocks) * kStatBlockBytes : 0;
}

}  // namespace

uint64_t DiskUsage(const std::string& directory) {
  Seen seen;
  uint64_t bytes = AllocatedBytes(directory, &seen);
  std::error_code failure;
  std::filesystem::recursive_directory_iterator entry(directory, failure);
  for (; !failure && entry != std::filesystem::recursive_directory_iterator();
       entry.increment(failure)) {
    bytes += AllocatedBytes(entry->path().string(), &seen);
  }
  return bytes;
}

}  // namespace tensorfs
