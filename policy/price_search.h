// SPDX-License-Identifier: MIT
// Finds the prices at which the dual of the planning problem is highest. Pure.
#ifndef TENSORFS_POLICY_PRICE_SEARCH_H_
#define TENSORFS_POLICY_PRICE_SEARCH_H_

#include "policy/form_prices.h"
#include "policy/plan_problem.h"

namespace tensorfs {

// At these prices the samples' cheapest forms take about as long on each resource that binds, and
// fill the spaces that bind; the dual is within 0.5 % of its highest. Where no resource is finite,
// the CPU's price is 1 and all else is free.
Prices FindPrices(const PlanProblem& problem);

}  // namespace tensorfs

#endif  // TENSORFS_POLICY_PRICE_SEARCH_H_
