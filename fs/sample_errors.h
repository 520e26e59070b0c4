// SPDX-License-Identifier: MIT
// Why samples could not be made when they were last read: for `user.tensorfs.error`, and so that
// the log tells each cause once. It never keeps anybody from trying again.
//
// Thread-safe; one mutex guards the map, an atomic count spares readers it while there is no error.
#ifndef TENSORFS_FS_SAMPLE_ERRORS_H_
#define TENSORFS_FS_SAMPLE_ERRORS_H_

#include <atomic>
#include <cstddef>
#include <deque>
#include <mutex>
#include <optional>
#include <string>
#include <unordered_map>

#include "fs/inode.h"

namespace tensorfs {

class SampleErrors {
 public:
  // Beyond `capacity` samples the oldest are forgotten.
  explicit SampleErrors(size_t capacity = 4096) : capacity_(capacity) {}

  // Returns whether this cause is news for the sample.
  bool Remember(Inode inode, const std::string& cause);
  void Clear(Inode inode);
  std::optional<std::string> Find(Inode inode) const;

 private:
  const size_t capacity_;
  std::atomic<size_t> count_{0};
  mutable std::mutex mutex_;  // guards the two below
  std::unordered_map<Inode, std::string> causes_;
  std::deque<Inode> order_;  // may still name samples that were cleared
};

}  // namespace tensorfs

#endif  // TENSORFS_FS_SAMPLE_ERRORS_H_
