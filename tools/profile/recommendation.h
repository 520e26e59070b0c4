// SPDX-License-Identifier: MIT
// Which strategy of a profile to choose on a machine, and why. The machine is the one that was
// measured unless the request says otherwise, and rates there are those that were delivered from
// the disk. What another would give is computed from that and from the profile's CPU seconds and
// bytes (tools/profile/throughput_model.h); nothing is measured. Pure functions.
#ifndef TENSORFS_TOOLS_PROFILE_RECOMMENDATION_H_
#define TENSORFS_TOOLS_PROFILE_RECOMMENDATION_H_

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "codec/result.h"
#include "policy/policy_report.h"
#include "tools/profile/profile.h"
#include "tools/profile/throughput_model.h"

namespace tensorfs {

// A strategy on the machine in question.
struct JudgedStrategy {
  size_t index = 0;        // in Profile::strategies
  ReadDemand demand = {};  // with which the model gives what was measured
  PredictedRate rate = {};
  double allowed_samples_per_s = 0;  // by CPU seconds and bytes alone
  double prepare_s = 0;              // of the whole set
  double score = 0;                  // from 0 to 1, among those that can be taken
  bool is_on_front = false;          // no other is as fast with less storage
  std::string excluded = {};         // why it cannot be taken; empty: it can
};

struct Recommendation {
  Capacity machine;
  std::optional<uint64_t> store_limit_bytes;
  bool is_what_if = false;  // the machine is not the one that was measured
  ProfileWeights weights;
  std::vector<JudgedStrategy> ranked;  // the best first; those that cannot be taken last
  std::string why;                     // one sentence about the first
  std::string doubt;                   // what makes the figures doubtful; may be empty
  MixedPlan mix;

  // REQUIRES: that there is a strategy that can be taken; source:original always is one.
  const JudgedStrategy& best() const { return ranked.front(); }
  const JudgedStrategy& fastest() const;  // of those that can be taken
};

// The machine that a request means.
Capacity MachineOf(const Profile& profile, const WhatIfRequest& request);

// What was measured, scaled to the machine as a model's time is: CPU and disk work at once and the
// slower one decides; every source is read and every payload written, at the disk's rate.
double PrepareSeconds(const Profile& profile, const Strategy& strategy,
                      const WhatIfRequest& request);

// Ranked as RankByScore says. Excluded are strategies that need more than the store's limit, and
// forms that no sample can take.
std::vector<JudgedStrategy> JudgeStrategies(const Profile& profile, const ProfileWeights& weights,
                                            const WhatIfRequest& request);

// Errors: kInvalidArgument if the profile has no source:original, or a weight or a capacity is
// negative or nothing; those of PlanMix (tools/profile/mixed_plan.h).
Result<Recommendation> Recommend(const Profile& profile, const ProfileWeights& weights,
                                 const WhatIfRequest& request);

}  // namespace tensorfs

#endif  // TENSORFS_TOOLS_PROFILE_RECOMMENDATION_H_
