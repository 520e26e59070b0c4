// SPDX-License-Identifier: MIT
// The hard limit on what the sample store takes on its disk. Bytes are taken before they are
// written and given back after they are gone, so the files never hold more than was taken.
//
// Part of the limit is kept from puts for those that free space: rewriting a segment needs room for
// a copy before it can remove the old one. Thread-safe; one mutex guards the numbers.
#ifndef TENSORFS_CACHE_SPACE_BUDGET_H_
#define TENSORFS_CACHE_SPACE_BUDGET_H_

#include <cstdint>
#include <mutex>

namespace tensorfs {

class SpaceBudget {
 public:
  enum class Use { kPut, kRewrite };  // of all but the reserve, of everything

  // REQUIRES: reserve_bytes < limit_bytes, or limit_bytes is 0: no limit.
  SpaceBudget(uint64_t limit_bytes, uint64_t reserve_bytes)
      : limit_bytes_(limit_bytes), reserve_bytes_(reserve_bytes) {}

  bool TryTake(uint64_t bytes, Use use);
  // For what is on the disk whether there is room for it or not.
  void Take(uint64_t bytes);
  void Give(uint64_t bytes);

  uint64_t used_bytes() const;
  uint64_t FreeBytes(Use use) const;
  uint64_t limit_bytes() const { return limit_bytes_; }

 private:
  uint64_t FreeBytesLocked(Use use) const;

  const uint64_t limit_bytes_;
  const uint64_t reserve_bytes_;
  mutable std::mutex mutex_;  // guards used_bytes_
  uint64_t used_bytes_ = 0;
};

}  // namespace tensorfs

#endif  // TENSORFS_CACHE_SPACE_BUDGET_H_
