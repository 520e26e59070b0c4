// SPDX-License-Identifier: MIT
// The mix of forms, one for each sample, that the adaptive policy would settle on with what a
// profile has measured: the same cost model and planner as in a mount, whose costs are corrected in
// the mean to those of the profile's strategies as they were judged, as reads correct them there.
// Pure functions.
#ifndef TENSORFS_TOOLS_PROFILE_MIXED_PLAN_H_
#define TENSORFS_TOOLS_PROFILE_MIXED_PLAN_H_

#include <cstdint>
#include <optional>
#include <span>

#include "codec/result.h"
#include "tools/profile/profile.h"
#include "tools/profile/recommendation.h"
#include "tools/profile/throughput_model.h"

namespace tensorfs {

// Without a tensor cache. The measured samples stand for all. A limited store is planned to be full
// to a part (kUsableSpace), as in a mount. `judged` are all strategies on that machine. Errors:
// those of ParsePipeline and CostModel::Restore; kInvalidArgument if there are no samples.
Result<MixedPlan> PlanMix(const Profile& profile, std::span<const JudgedStrategy> judged,
                          const Capacity& machine, std::optional<uint64_t> store_limit_bytes);

}  // namespace tensorfs

#endif  // TENSORFS_TOOLS_PROFILE_MIXED_PLAN_H_
