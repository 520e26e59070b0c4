// SPDX-License-Identifier: MIT
// How the tensor cache divides its limit on bytes. Pure function.
#ifndef TENSORFS_CACHE_CACHE_SPACE_H_
#define TENSORFS_CACHE_CACHE_SPACE_H_

#include <cstdint>

namespace tensorfs {

constexpr uint64_t kSmallestCacheLimit = 8 << 20;

struct CacheSpace {
  uint64_t limit_bytes;  // on disk, everything, at any time
  uint64_t
      reserve_bytes;  // of these for what cannot be foreseen: rows, their compaction, manifests
  uint64_t generation_bytes;  // a generation is sealed when it has as many
  uint64_t live_bytes;        // of entries, by their footprints; the rest is room for garbage
  uint64_t row_buffer_bytes;
  uint64_t largest_value_bytes;
};

// REQUIRES: limit_bytes >= kSmallestCacheLimit.
CacheSpace DivideSpace(uint64_t limit_bytes);

}  // namespace tensorfs

#endif  // TENSORFS_CACHE_CACHE_SPACE_H_
