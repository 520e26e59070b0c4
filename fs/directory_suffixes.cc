// SPDX-License-Identifier: MIT
#include "fs/directory_suffixes.h"

#include "fs/source_stamp.h"

namespace tensorfs {

void DirectorySuffixes::Remember(Inode inode, const struct stat& directory, time_t now,
                                 SuffixSet suffixes) {
  if (now - directory.st_ctim.tv_sec < kSettlingSeconds) return;
  std::lock_guard lock(mutex_);
  if (seen_.size() >= capacity_) seen_.clear();
  seen_[inode] = {.stamp = SourceStamp(directory), .suffixes = suffixes};
}

std::optional<SuffixSet> DirectorySuffixes::Find(Inode inode, const struct stat& directory) const {
  std::lock_guard lock(mutex_);
  const auto entry = seen_.find(inode);
  if (entry == seen_.end() || entry->second.stamp != SourceStamp(directory)) return std::nullopt;
  return entry->second.suffixes;
}

}  // namespace tensorfs
