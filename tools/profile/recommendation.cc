// SPDX-License-Identifier: MIT
#include "tools/profile/recommendation.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "policy/planned_space.h"
#include "tools/profile/mixed_plan.h"
#include "tools/profile/objective.h"
#include "tools/profile/profile_words.h"
#include "tools/profile/recommendation_reason.h"
#include "tools/table_text.h"

namespace tensorfs {
namespace {

std::string WhyExcluded(const Strategy& strategy, const WhatIfRequest& request) {
  if (strategy.share <= 0) return "no sample can take it";
  if (!request.store_limit_bytes) return "";
  const auto limit = static_cast<double>(*request.store_limit_bytes);
  if (strategy.stored_bytes_all <= kUsableSpace * limit) return "";
  return "needs " + FormatBytes(strategy.stored_bytes_all) + ", a store limited to " +
         FormatBytes(limit) + " is filled to " + FormatBytes(kUsableSpace * limit);
}

// Cold reads are the ones that a slower disk slows down further.
std::optional<double> DeliveredCold(const Strategy& strategy) {
  const auto cold = FastestOf(strategy.delivered, ReadMode::kCold);
  if (!cold || !(cold->samples_per_s > 0)) return std::nullopt;
  return cold->samples_per_s;
}

JudgedStrategy Judge(const Profile& profile, size_t index, const WhatIfRequest& request) {
  const Strategy& strategy = profile.strategies[index];
  const Capacity machine = MachineOf(profile, request);
  const ReadDemand counted{.cpu_s = strategy.cpu_s, .read_bytes = strategy.read_bytes};
  JudgedStrategy judged{.index = index, .demand = counted};
  if (const auto delivered = DeliveredCold(strategy)) {
    judged.demand = Calibrated(counted, MachineOf(profile, {}), *delivered);
  }
  judged.rate = PredictRate(judged.demand, machine);
  judged.allowed_samples_per_s = PredictRate(counted, machine).samples_per_s;
  judged.prepare_s = PrepareSeconds(profile, strategy, request);
  judged.excluded = WhyExcluded(strategy, request);
  return judged;
}

double ModelledPrepareSeconds(const Profile& profile, const Strategy& strategy,
                              const Capacity& machine) {
  const double moved_bytes =
      static_cast<double>(profile.set.source_bytes) + strategy.stored_bytes_all;
  return std::max(strategy.prepare_cpu_s / machine.cores, moved_bytes / machine.disk_bytes_per_s);
}

// Where many strategies deliver much less than CPU and disk allow.
std::string DoubtOf(const Profile& profile) {
  constexpr double kMuch = 1.25;
  size_t slow = 0;
  double most = 0;
  for (size_t i = 0; i < profile.strategies.size(); ++i) {
    const JudgedStrategy judged = Judge(profile, i, {});
    const double ratio = judged.allowed_samples_per_s / judged.rate.samples_per_s;
    slow += ratio > kMuch ? 1 : 0;
    most = std::max(most, ratio);
  }
  if (slow == 0) return "";
  return FormatCount(slow) + " of " + FormatCount(profile.strategies.size()) +
         " forms were delivered more than 25 % slower than their CPU time and bytes allow, at "
         "worst " +
         Format("%.3g", most) +
         " times: other programs had the cores, or cores and disk waited for one another";
}

Traits TraitsOf(const Strategy& strategy, const JudgedStrategy& judged) {
  return {.samples_per_s = judged.rate.samples_per_s,
          .stored_bytes = strategy.stored_bytes_all,
          .prepare_s = judged.prepare_s,
          .stage = strategy.stage};
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

const JudgedStrategy& Recommendation::fastest() const {
  return *std::ranges::max_element(ranked, {}, [](const JudgedStrategy& each) {
    return each.excluded.empty() ? each.rate.samples_per_s : -1;
  });
}

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
  const double here_s = ModelledPrepareSeconds(profile, strategy, MachineOf(profile, {}));
  if (!(here_s > 0)) return strategy.prepare_s;
  const double there_s = ModelledPrepareSeconds(profile, strategy, MachineOf(profile, request));
  return strategy.prepare_s * there_s / here_s;
}

std::vector<JudgedStrategy> JudgeStrategies(const Profile& profile, const ProfileWeights& weights,
                                            const WhatIfRequest& request) {
  std::vector<JudgedStrategy> possible;
  std::vector<JudgedStrategy> excluded;
  for (size_t i = 0; i < profile.strategies.size(); ++i) {
    JudgedStrategy judged = Judge(profile, i, request);
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
  made.doubt = DoubtOf(profile);
  auto mix = PlanMix(profile, made.ranked, made.machine, request.store_limit_bytes);
  if (!mix) return tl::unexpected(mix.error());
  made.mix = *std::move(mix);
  made.why = ReasonFor(profile, made);
  return made;
}

}  // namespace tensorfs
