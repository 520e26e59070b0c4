// SPDX-License-Identifier: MIT
// Chooses a form for each sample so that an epoch takes the least time (policy/plan_problem.h).
// Pure functions: no clock, no files, no random numbers; the same input gives the same plan.
//
// The problem is a linear program but for its choices being whole. It is solved by its Lagrangian
// dual: prices of the resources and of space, at which every sample takes the form that is cheapest
// for it alone (policy/form_prices.h). The value of the dual at any prices is a lower bound on the
// time of every choice (weak duality); policy/price_search.h finds the prices where it is highest,
// and policy/plan_rounding.h mends the few choices for which prices alone are too coarse.
#ifndef TENSORFS_POLICY_PLANNER_H_
#define TENSORFS_POLICY_PLANNER_H_

#include <cstdint>
#include <span>
#include <vector>

#include "policy/form_prices.h"
#include "policy/plan_problem.h"
#include "policy/plan_usage.h"

namespace tensorfs {

struct Plan : PlanUsage {       // the usage is that of this choice
  std::vector<uint8_t> choice;  // form of each sample
  Prices prices;
  double bound_s = 0;  // no choice, not even a fractional one, takes less
};

// The time is within 1 % of the bound where samples are many. A sample that can take no form gets
// form 0 and counts for nothing. Where capacities of zero leave a sample no form, epoch_s and
// bound_s are infinite. Space limits hold exactly (see PlanProblem).
Plan MakePlan(const PlanProblem& problem);

// The form with the least priced cost for one sample, also for one that no plan knew: for all but
// the few that rounding moved, Plan::choice is this. 0 if the sample can take none.
int ChooseForm(const PlanRules& rules, std::span<const FormUse> uses, double weight,
               const Prices& prices, uint64_t id);

}  // namespace tensorfs

#endif  // TENSORFS_POLICY_PLANNER_H_
