// SPDX-License-Identifier: MIT
// Which bytes of a file have been handed out: disjoint ranges, in order. Not thread-safe.
#ifndef TENSORFS_FS_BYTE_RANGES_H_
#define TENSORFS_FS_BYTE_RANGES_H_

#include <cstdint>
#include <vector>

namespace tensorfs {

class ByteRanges {
 public:
  // Adds [begin, end). REQUIRES: begin <= end.
  void Add(uint64_t begin, uint64_t end);

  // Whether [0, end) is there without a gap.
  bool Covers(uint64_t end) const;

 private:
  struct Range {
    uint64_t begin;
    uint64_t end;
  };
  std::vector<Range> ranges_;  // sorted; no two touch
};

}  // namespace tensorfs

#endif  // TENSORFS_FS_BYTE_RANGES_H_
