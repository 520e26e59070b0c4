// SPDX-License-Identifier: MIT
#include "cache/cache_admission.h"

#include <algorithm>

namespace tensorfs {
namespace {

constexpr double kClearlyDenser = 1.5;
// With one read a pass, two counts differ by at most one; or by two if they were halved within a
// pass, but then they are so many that none is clearly denser.
constexpr uint32_t kClearlyMoreReads = 2;
// Beyond what one measured time differs from the next.
constexpr double kClearlyWorthMore = 2.0;

double Worth(const CacheValue& value) {
  return value.saved_s / static_cast<double>(std::max<uint64_t>(value.bytes, 1));
}

}  // namespace

// One is added so that what was read once differs from what was never read, but not without bound.
double Density(const CacheValue& value) { return Worth(value) * (1.0 + value.reads); }

bool Displaces(const CacheValue& candidate, const CacheValue& cached) {
  if (Density(candidate) < kClearlyDenser * Density(cached)) return false;
  if (candidate.saved_s <= 0) return false;
  return candidate.reads >= cached.reads + kClearlyMoreReads ||
         Worth(candidate) >= kClearlyWorthMore * Worth(cached);
}

}  // namespace tensorfs
