// SPDX-License-Identifier: MIT
#include "fs/byte_ranges.h"

#include <algorithm>

namespace tensorfs {

void ByteRanges::Add(uint64_t begin, uint64_t end) {
  if (begin == end) return;
  const auto first = std::ranges::lower_bound(ranges_, begin, {}, &Range::end);
  const auto last = std::ranges::upper_bound(ranges_, end, {}, &Range::begin);
  Range merged{.begin = begin, .end = end};
  if (first != last) {
    merged.begin = std::min(begin, first->begin);
    merged.end = std::max(end, std::prev(last)->end);
  }
  ranges_.insert(ranges_.erase(first, last), merged);
}

bool ByteRanges::Covers(uint64_t end) const {
  if (end == 0) return true;
  return !ranges_.empty() && ranges_.front().begin == 0 && ranges_.front().end >= end;
}

}  // namespace tensorfs
