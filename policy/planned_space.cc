// SPDX-License-Identifier: MIT
#include "policy/planned_space.h"

#include <algorithm>
#include <limits>

#include "cache/cache_space.h"
#include "cache/usable_space.h"

namespace tensorfs {

double PlannedStoreBytes(uint64_t limit_bytes) {
  if (limit_bytes == 0) return std::numeric_limits<double>::infinity();
  return kPlannedPart * static_cast<double>(UsableStoreBytes(limit_bytes));
}

// The cache itself may be larger than what plans are to use of it, which may be next to nothing.
double PlannedCacheBytes(uint64_t limit_bytes) {
  const uint64_t divided = std::max(limit_bytes, kSmallestCacheLimit);
  const double part = static_cast<double>(limit_bytes) / static_cast<double>(divided);
  return kPlannedPart * part * static_cast<double>(DivideSpace(divided).live_bytes);
}

}  // namespace tensorfs
