// SPDX-License-Identifier: MIT
// The planning problem's linear program, solved exactly by GLPK's simplex method: what the planner
// is measured against.
#ifndef TENSORFS_TESTS_POLICY_EXACT_PLAN_H_
#define TENSORFS_TESTS_POLICY_EXACT_PLAN_H_

#include "policy/plan_problem.h"

namespace tensorfs {

// The least time of an epoch where samples may be split between forms. `scale_s` is about what that
// is, for the solver's tolerances are absolute. NaN if it fails.
double LeastEpochSeconds(const PlanProblem& problem, double scale_s);

}  // namespace tensorfs

#endif  // TENSORFS_TESTS_POLICY_EXACT_PLAN_H_
