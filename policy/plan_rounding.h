// SPDX-License-Identifier: MIT
// Makes whole choices from prices: each sample's cheapest form, but for the few samples that must
// leave a space that is over its limit, and the few near a tie that balance the resources better
// elsewhere. Pure.
#ifndef TENSORFS_POLICY_PLAN_ROUNDING_H_
#define TENSORFS_POLICY_PLAN_ROUNDING_H_

#include <cstdint>
#include <vector>

#include "policy/form_prices.h"
#include "policy/plan_problem.h"

namespace tensorfs {

// One form a sample; 0 for a sample that can take none. Balancing moves at most one sample in 200
// (16 at least), and stops when the epoch takes within 0.1 % of `bound_s`.
std::vector<uint8_t> RoundToForms(const PlanProblem& problem, const Prices& prices, double bound_s);

}  // namespace tensorfs

#endif  // TENSORFS_POLICY_PLAN_ROUNDING_H_
