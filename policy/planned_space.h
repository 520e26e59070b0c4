// SPDX-License-Identifier: MIT
// How much of a limit on bytes plans fill: what the store and the cache can hold of payloads beside
// what they need themselves, and a little less, because predictions err and a full store helps
// nobody. Pure functions.
#ifndef TENSORFS_POLICY_PLANNED_SPACE_H_
#define TENSORFS_POLICY_PLANNED_SPACE_H_

#include <cstdint>

namespace tensorfs {

inline constexpr double kPlannedPart = 0.97;  // of what can be held
inline constexpr double kUsableSpace = 0.95;  // of a large store's limit, about

double PlannedStoreBytes(uint64_t limit_bytes);  // infinite for 0: no limit
double PlannedCacheBytes(uint64_t limit_bytes);

}  // namespace tensorfs

#endif  // TENSORFS_POLICY_PLANNED_SPACE_H_
