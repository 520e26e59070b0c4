// SPDX-License-Identifier: MIT
// What a given choice of forms takes of each resource, to compare the present mix or a single form
// with a plan. Pure functions.
#ifndef TENSORFS_POLICY_PLAN_USAGE_H_
#define TENSORFS_POLICY_PLAN_USAGE_H_

#include <cstdint>
#include <span>
#include <vector>

#include "policy/plan_problem.h"

namespace tensorfs {

struct PlanUsage {
  double epoch_s = 0;  // the busiest resource's time for all weighted reads
  double cpu_s = 0;    // of all cores together: core-seconds over cores
  std::vector<double> device_s;
  std::vector<double> space_bytes;  // may be above the limits
};

// One form index a sample. A sample in a form that it cannot take counts for nothing; a resource of
// no capacity that is needed all the same takes infinitely long.
PlanUsage EvaluateChoice(const PlanProblem& problem, std::span<const uint8_t> choice);

// Every sample in `form`, in the order of the samples as far as its space reaches; `otherwise`
// where it does not, and where a sample cannot take the form.
std::vector<uint8_t> ChoiceOf(const PlanProblem& problem, int form, int otherwise = 0);

}  // namespace tensorfs

#endif  // TENSORFS_POLICY_PLAN_USAGE_H_
