// SPDX-License-Identifier: MIT
// The planner against an exact solver.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "policy/planner.h"
#include "tests/policy/exact_plan.h"
#include "tests/policy/random_plan_problem.h"

namespace tensorfs {
namespace {

// The longest that one sample's read keeps a resource busy.
double LargestShareSeconds(const PlanProblem& problem) {
  double largest_s = 0;
  for (size_t i = 0; i < problem.samples(); ++i) {
    for (size_t f = 0; f < problem.forms.size(); ++f) {
      const FormUse& use = problem.UsesOf(i)[f];
      const double bytes_per_s =
          problem.device_bytes_per_s[static_cast<size_t>(problem.forms[f].device)];
      if (!std::isfinite(use.cpu_s) || !(bytes_per_s > 0)) continue;
      const double busy_s =
          std::max<double>(use.cpu_s / problem.cores, use.read_bytes / bytes_per_s);
      largest_s = std::max(largest_s, problem.WeightOf(i) * busy_s);
    }
  }
  return largest_s;
}

void ExpectWithinLimits(const PlanProblem& problem, const Plan& plan) {
  for (size_t k = 0; k < problem.space_limit_bytes.size(); ++k) {
    EXPECT_LE(plan.space_bytes[k], problem.space_limit_bytes[k]);
  }
  for (size_t i = 0; i < problem.samples(); ++i) {
    EXPECT_TRUE(std::isfinite(problem.UsesOf(i)[plan.choice[i]].cpu_s));
  }
}

// Whole choices of few samples cannot be as good as the fractional optimum: one sample's share of
// time is granted for that.
TEST(PlannerExact, SmallProblemsAreWithinOnePercentOfTheOptimum) {
  for (uint32_t seed = 0; seed < 600; ++seed) {
    SCOPED_TRACE(seed);
    const PlanProblem problem = RandomPlanProblem(seed, 20 + seed * 7 % 181);
    const Plan plan = MakePlan(problem);
    const double optimum_s = LeastEpochSeconds(problem, plan.epoch_s);
    ASSERT_FALSE(std::isnan(optimum_s));
    EXPECT_LE(plan.bound_s, optimum_s * (1 + 1e-6));
    EXPECT_GE(plan.bound_s, optimum_s * 0.99);
    EXPECT_LE(plan.epoch_s, optimum_s * 1.01 + LargestShareSeconds(problem));
    ExpectWithinLimits(problem, plan);
  }
}

TEST(PlannerExact, LargerProblemsAreWithinOnePercentOfTheOptimumAsWholeChoices) {
  for (uint32_t seed = 1000; seed < 1008; ++seed) {
    SCOPED_TRACE(seed);
    const PlanProblem problem = RandomPlanProblem(seed, 2000);
    const Plan plan = MakePlan(problem);
    const double optimum_s = LeastEpochSeconds(problem, plan.epoch_s);
    ASSERT_FALSE(std::isnan(optimum_s));
    EXPECT_LE(plan.bound_s, optimum_s * (1 + 1e-6));
    EXPECT_GE(plan.bound_s, optimum_s * 0.99);
    EXPECT_LE(plan.epoch_s, optimum_s * 1.01);
    ExpectWithinLimits(problem, plan);
  }
}

// Without balancing the samples near a tie the mean would be 3.6 %, with it it is 0.8 %.
TEST(PlannerExact, SmallProblemsAreNearTheOptimumOnAverage) {
  constexpr uint32_t kProblems = 300;
  double excess = 0;
  for (uint32_t seed = 4000; seed < 4000 + kProblems; ++seed) {
    const Plan plan = MakePlan(RandomPlanProblem(seed, 60));
    if (plan.bound_s > 0) excess += plan.epoch_s / plan.bound_s - 1;
  }
  EXPECT_LE(excess / kProblems, 0.015);
}

// So many samples that prices are sought on parts of them first; the bound is proven without the
// exact solver.
TEST(PlannerExact, LargeProblemsAreWithinOnePercentOfTheBound) {
  for (uint32_t seed = 2000; seed < 2008; ++seed) {
    SCOPED_TRACE(seed);
    const PlanProblem problem = RandomPlanProblem(seed, 50'000);
    const Plan plan = MakePlan(problem);
    EXPECT_GE(plan.epoch_s, plan.bound_s);
    EXPECT_LE(plan.epoch_s, plan.bound_s * 1.01);
    ExpectWithinLimits(problem, plan);
  }
}

TEST(PlannerExact, PricesAloneGiveTheChoice) {
  for (uint32_t seed = 3000; seed < 3020; ++seed) {
    SCOPED_TRACE(seed);
    const PlanProblem problem = RandomPlanProblem(seed, 5000);
    const Plan plan = MakePlan(problem);
    size_t same = 0;
    for (size_t i = 0; i < problem.samples(); ++i) {
      const int form =
          ChooseForm(problem, problem.UsesOf(i), problem.WeightOf(i), plan.prices, problem.IdOf(i));
      same += form == plan.choice[i] ? 1 : 0;
    }
    EXPECT_GE(same, problem.samples() * 99 / 100);
  }
}

}  // namespace
}  // namespace tensorfs
