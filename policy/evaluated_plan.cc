// SPDX-License-Identifier: MIT
#include "policy/evaluated_plan.h"

#include <algorithm>
#include <utility>

namespace tensorfs {
namespace {

// What lies there already may stay, even a little above what is planned for.
bool IsOverLimit(const PlanUsage& usage, const std::vector<double>& limits) {
  for (size_t space = 0; space < limits.size(); ++space) {
    if (usage.space_bytes[space] > limits[space] / kUsableSpace) return true;
  }
  return false;
}

// Space that is left over costs nothing; the search for prices leaves a little of one all the same.
void ForgetIdlePrices(const std::vector<double>& limits, Plan& plan) {
  constexpr double kNearlyFull = 0.98;
  for (size_t space = 0; space < limits.size(); ++space) {
    if (plan.space_bytes[space] < kNearlyFull * limits[space]) plan.prices.space[space] = 0;
  }
}

}  // namespace

EvaluatedPlan::EvaluatedPlan(const ProblemBuilder& builder, std::vector<KnownSample> some,
                             size_t all, const MachineCapacity& machine)
    : samples(std::move(some)) {
  const double part =
      static_cast<double>(samples.size()) / static_cast<double>(std::max<size_t>(all, 1));
  problem = builder.Build(samples, machine, part);
  // A form that is none of ours costs about what its source does.
  const auto known = [&](FormIndex form) -> uint8_t { return form < builder.forms() ? form : 0; };
  for (const KnownSample& sample : samples) {
    kept.push_back(known(sample.kept));
    target.push_back(known(sample.target()));
  }
  kept_usage = EvaluateChoice(problem, kept);
  target_usage = EvaluateChoice(problem, target);
  best = MakePlan(problem);
  ForgetIdlePrices(problem.space_limit_bytes, best);
  for (const float each : problem.weights) weight += each;
  target_is_over_limit = IsOverLimit(target_usage, problem.space_limit_bytes);
}

}  // namespace tensorfs
