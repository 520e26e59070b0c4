// SPDX-License-Identifier: MIT
#include "cache/cache_space.h"

#include <algorithm>

namespace tensorfs {
namespace {

constexpr uint64_t kKiB = 1 << 10;
constexpr uint64_t kMiB = 1 << 20;

}  // namespace

CacheSpace DivideSpace(uint64_t limit_bytes) {
  CacheSpace space;
  space.limit_bytes = limit_bytes;
  space.reserve_bytes = 384 * kKiB + limit_bytes / 64;
  // Small, as one must be kept free to move what is left of another; but not so small that files
  // are very many.
  space.generation_bytes = std::clamp(limit_bytes / 256, 128 * kKiB, 256 * kMiB);
  // Garbage of a few percent: with less, more would have to be moved to reclaim it.
  const uint64_t garbage = 2 * space.generation_bytes + limit_bytes / 50;
  space.live_bytes = limit_bytes - space.reserve_bytes - garbage;
  space.row_buffer_bytes = std::clamp(limit_bytes / 512, 64 * kKiB, 4 * kMiB);
  space.largest_value_bytes = std::min(limit_bytes / 16, 512 * kMiB);
  return space;
}

}  // namespace tensorfs
