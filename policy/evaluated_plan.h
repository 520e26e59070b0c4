// SPDX-License-Identifier: MIT
// A part of the samples as they are kept, as they are planned, and as they would best be on a
// machine: the three mixes that decisions and reports compare. What is pinned has its form in the
// last two, and takes its space before all others. Immutable.
#ifndef TENSORFS_POLICY_EVALUATED_PLAN_H_
#define TENSORFS_POLICY_EVALUATED_PLAN_H_

#include <cstddef>
#include <cstdint>
#include <unordered_map>
#include <vector>

#include "policy/planner.h"
#include "policy/problem_builder.h"
#include "policy/sample_table.h"

namespace tensorfs {

struct EvaluatedPlan {
  // `samples` stand for `all`, and get their part of the space.
  EvaluatedPlan(const ProblemBuilder& builder, std::vector<KnownSample> samples, size_t all,
                const MachineCapacity& machine);

  // Samples a second where an epoch takes so long.
  double RateOf(double epoch_s) const { return epoch_s > 0 ? weight / epoch_s : 0; }

  // The mix as planned does not fit its space, and `best` is another one, which does.
  bool MustBeReplaced() const;

  // The best form of each sample that is not pinned, by its id.
  std::unordered_map<uint64_t, FormIndex> Choices() const;

  std::vector<KnownSample> samples;
  PlanProblem problem;
  std::vector<uint8_t> kept;  // forms, one a sample; whatever the cache has besides
  std::vector<uint8_t> target;
  PlanUsage kept_usage;  // as they are kept or cached
  PlanUsage target_usage;
  Plan best;
  double weight = 0;  // of all samples: reads in an epoch
  bool target_is_over_limit = false;
  bool best_is_over_limit = false;

 private:
  PlanProblem ProblemAroundPins() const;
};

// Space that is left over costs nothing, but the search for prices may leave a little of a price
// where payloads are lumpy. So a space's price is forgotten, unless more than fits would then be
// put there by prices alone.
void ForgetIdlePrices(const PlanProblem& problem, Plan& plan);

}  // namespace tensorfs

#endif  // TENSORFS_POLICY_EVALUATED_PLAN_H_
