// SPDX-License-Identifier: MIT
#include "tools/profile/recommendation.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "tools/profile/mixed_plan.h"
#include "tools/profile/objective.h"
#include "tools/profile/recommendation_reason.h"
#include "tools/table_text.h"

namespace tensorfs {
namespace {

std::string WhyExcluded(const Strategy& strategy, const WhatIfRequest& request) {
  if (strategy.share <= 0) return "no sample can take it";
  if (!request.store_limit_bytes) return "";
  const auto limit = static_cast<double>(*request.store_limit_bytes);
  if (strategy.stored_bytes_all <= limit) return "";
  return "needs " + FormatBytes(strategy.stored_bytes_all) + ", the store's limit is " +
         FormatBytes(limit);
}

Traits TraitsOf(const Strategy& strategy, const JudgedStrategy& judged) {
  return {.samples_per_s = judged.rate.samples_per_s,
          .stored_bytes = strategy.stored_bytes_all,
          .prepare_s = judged.prepare_s};
}

// Fills in the scores and puts the best first.
std::vector<JudgedStrategy> Ranked(const Profile& profile, std::vector<JudgedStrategy> possible,
                                   const ProfileWeights& weights) {
  std::vector<Traits> traits;
  for (const JudgedStrategy& each : possible) {
    traits.push_back(TraitsOf(profile.strategies[each.index], each));
  }
  const std::vector<double> scores = Scores(traits, weights);
  for (size_t i = 0; i < possible.size(); ++i) possible[i].score = scores[i];
  for (const size_t i : ParetoFront(traits)) possible[i].is_on_front = true;
  std::vector<JudgedStrategy> ranked;
  for (const size_t i : RankByScore(traits, weights)) ranked.push_back(std::move(possible[i]));
  return ranked;
}

bool IsPositive(double value) { return value > 0; }  // not of NaN

Result<void> Check(const Profile& profile, const ProfileWeights& weights, const Capacity& machine) {
  if (profile.strategies.empty() || profile.strategies.front().form != "source:original") {
    return Fail(ErrorCode::kInvalidArgument, "the profile has no source:original to compare with");
  }
  if (!(weights.throughput >= 0 && weights.storage >= 0 && weights.time >= 0)) {
    return Fail(ErrorCode::kInvalidArgument, "weights: expected 0 or more each");
  }
  if (!IsPositive(machine.cores) || !IsPositive(machine.disk_bytes_per_s)) {
    return Fail(ErrorCode::kInvalidArgument, "cores and the disk's rate: expected more than 0");
  }
  return {};
}

}  // namespace

Capacity MachineOf(const Profile& profile, const WhatIfRequest& request) {
  Capacity machine{.cores = request.cores.value_or(profile.machine.cores)};
  if (request.disk_bytes_per_s) {
    machine.disk_bytes_per_s = *request.disk_bytes_per_s;
  } else if (profile.machine.disk_bytes_per_s > 0) {
    machine.disk_bytes_per_s = profile.machine.disk_bytes_per_s;
  }
  return machine;
}

double PrepareSeconds(const Profile& profile, const Strategy& strategy,
                      const WhatIfRequest& request) {
  if (!request.cores && !request.disk_bytes_per_s) return strategy.prepare_s;
  if (strategy.stored_bytes <= 0) return 0;
  const Capacity machine = MachineOf(profile, request);
  const double moved_bytes =
      static_cast<double>(profile.set.source_bytes) + strategy.stored_bytes_all;
  return std::max(strategy.prepare_cpu_s / machine.cores, moved_bytes / machine.disk_bytes_per_s);
}

std::vector<JudgedStrategy> JudgeStrategies(const Profile& profile, const ProfileWeights& weights,
                                            const WhatIfRequest& request) {
  const Capacity machine = MachineOf(profile, request);
  std::vector<JudgedStrategy> possible;
  std::vector<JudgedStrategy> excluded;
  for (size_t i = 0; i < profile.strategies.size(); ++i) {
    const Strategy& strategy = profile.strategies[i];
    JudgedStrategy judged{.index = i};
    judged.rate =
        PredictRate({.cpu_s = strategy.cpu_s, .read_bytes = strategy.read_bytes}, machine);
    judged.prepare_s = PrepareSeconds(profile, strategy, request);
    judged.excluded = WhyExcluded(strategy, request);
    (judged.excluded.empty() ? possible : excluded).push_back(std::move(judged));
  }
  std::vector<JudgedStrategy> ranked = Ranked(profile, std::move(possible), weights);
  std::ranges::stable_sort(excluded, std::greater<>(),
                           [](const JudgedStrategy& each) { return each.rate.samples_per_s; });
  std::ranges::move(excluded, std::back_inserter(ranked));
  return ranked;
}

Result<Recommendation> Recommend(const Profile& profile, const ProfileWeights& weights,
                                 const WhatIfRequest& request) {
  Recommendation made;
  made.machine = MachineOf(profile, request);
  made.store_limit_bytes = request.store_limit_bytes;
  made.is_what_if = request.cores || request.disk_bytes_per_s;
  made.weights = weights;
  if (auto valid = Check(profile, weights, made.machine); !valid) {
    return tl::unexpected(valid.error());
  }
  made.ranked = JudgeStrategies(profile, weights, request);
  auto mix = PlanMix(profile, made.machine, request.store_limit_bytes);
  if (!mix) return tl::unexpected(mix.error());
  made.mix = *std::move(mix);
  made.why = ReasonFor(profile, made);
  return made;
}

}  // namespace tensorfs
