// SPDX-License-Identifier: MIT
#include "cache/cache_space.h"

#include <algorithm>

namespace tensorfs {
namespace {

constexpr uint64_t kKiB = 1 << 10;
constexpr uint64_t kMiB = 1 << 20;
// Of a table file: its index, properties and footer, and the rest of its last block.
constexpr uint64_t kFileOverheadBytes = 5 * kKiB;

}  // namespace

CacheSpace DivideSpace(uint64_t limit_bytes) {
  CacheSpace space;
  space.limit_bytes = limit_bytes;
  space.reserve_bytes = 384 * kKiB + limit_bytes / 128;
  // Small, as one must be kept free to move what is left of others; but not so small that files are
  // very many.
  space.generation_bytes = std::clamp(limit_bytes / 128, 256 * kKiB, 256 * kMiB);
  const uint64_t files = limit_bytes / space.generation_bytes * 3 / 2;
  // Garbage of a few percent: with less, more would have to be moved to reclaim it.
  const uint64_t garbage = space.generation_bytes * 5 / 2 + limit_bytes / 64;
  space.live_bytes = limit_bytes - space.reserve_bytes - garbage - files * kFileOverheadBytes;
  space.row_buffer_bytes = std::clamp(limit_bytes / 512, 64 * kKiB, 4 * kMiB);
  space.largest_value_bytes = std::min(limit_bytes / 16, 512 * kMiB);
  return space;
}

}  // namespace tensorfs
