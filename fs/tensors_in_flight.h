// SPDX-License-Identifier: MIT
// Tensors that are being made or have been handed out in part. Concurrent readers of one file wait
// for one decode; a finished file stays only until each of its bytes was handed out once (from then
// on the kernel's page cache has it), or memory is needed, or nobody came for the rest.
//
// Thread-safe; one mutex guards the table, and is held neither while a file is made nor while one
// is freed.
#ifndef TENSORFS_FS_TENSORS_IN_FLIGHT_H_
#define TENSORFS_FS_TENSORS_IN_FLIGHT_H_

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <unordered_map>
#include <vector>

#include "codec/result.h"
#include "fs/byte_ranges.h"
#include "fs/finished_file.h"
#include "fs/inode.h"

namespace tensorfs {

class TensorsInFlight {
 public:
  using Clock = std::chrono::steady_clock;
  using FilePtr = std::shared_ptr<const FinishedFile>;
  using Make = std::function<Result<FilePtr>()>;

  struct Key {
    Inode inode;
    uint64_t source_stamp;
    bool operator==(const Key&) const = default;
  };

  // The file, from the table or from `make`, which runs once for all that ask at the same time and
  // whose error they all get; the next to ask tries again. REQUIRES: `make` does not throw.
  Result<FilePtr> GetOrMake(const Key& key, const Make& make);

  // Notes that [begin, end) of the file has been handed out, and drops it if that was the last of
  // it. Returns whether the file stays.
  bool HandedOut(const Key& key, uint64_t begin, uint64_t end);

  // Drops finished files that were not used since, those used longest ago first, until `bytes` are
  // dropped.
  void Reclaim(size_t bytes, Clock::time_point unused_since);
  // Drops finished files that were not used since.
  void DropUnusedSince(Clock::time_point time);

  size_t size() const;

 private:
  struct KeyHash {
    size_t operator()(const Key& key) const { return key.inode ^ key.source_stamp; }
  };
  struct Flight {
    std::optional<Result<FilePtr>> result;  // nothing until it has landed
    std::condition_variable landed;
    ByteRanges handed_out;
    Clock::time_point last_used;
  };
  using Flights = std::unordered_map<Key, std::shared_ptr<Flight>, KeyHash>;

  std::vector<Flights::iterator> FinishedByAge();

  mutable std::mutex mutex_;  // guards flights_ and what they point to
  Flights flights_;
};

}  // namespace tensorfs

#endif  // TENSORFS_FS_TENSORS_IN_FLIGHT_H_
