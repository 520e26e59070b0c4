// SPDX-License-Identifier: MIT
// Samples that cost the same are split between forms in the right proportion, and stay where they
// are when costs move a little.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "policy/planner.h"
#include "tests/policy/random_plan_problem.h"

namespace tensorfs {
namespace {

double ShareOf(const Plan& plan, int form) {
  const auto count = std::count(plan.choice.begin(), plan.choice.end(), form);
  return static_cast<double>(count) / static_cast<double>(plan.choice.size());
}

double MovedShare(const Plan& before, const Plan& after) {
  size_t moved = 0;
  for (size_t i = 0; i < before.choice.size(); ++i) {
    moved += before.choice[i] == after.choice[i] ? 0 : 1;
  }
  return static_cast<double>(moved) / static_cast<double>(before.choice.size());
}

TEST(PlannerSplit, AlikeSamplesAreSplitInHalf) {
  const Plan plan = MakePlan(AlikePlanProblem(100'000));
  EXPECT_NEAR(ShareOf(plan, 0), 0.5, 0.005);
  // Half of 10 ms and half of 2 ms on one core.
  EXPECT_NEAR(plan.epoch_s, 600, 3);
  EXPECT_NEAR(plan.bound_s, 600, 3);
}

TEST(PlannerSplit, EveryProportionIsMet) {
  PlanProblem problem = AlikePlanProblem(20'000);
  for (int percent = 2; percent < 100; percent += 8) {
    SCOPED_TRACE(percent);
    const double x = percent / 100.0;
    // So that both resources are busy for a second with a share of x in form 0.
    problem.cores = 20'000 * (x * 10e-3 + (1 - x) * 2e-3);
    problem.device_bytes_per_s = {20'000 * (x * 100e3 + (1 - x) * 500e3)};
    const Plan plan = MakePlan(problem);
    EXPECT_NEAR(ShareOf(plan, 0), x, 0.01);
    EXPECT_NEAR(plan.epoch_s, 1, 0.01);
  }
}

// Two spaces fill up, and the CPU is busy with the rest: the spaces' limits are the shares.
TEST(PlannerSplit, SpacesAreFilled) {
  PlanProblem problem;
  problem.cores = 1;
  problem.device_bytes_per_s = {1e9, 1e9};
  problem.forms = {
      {.device = 0, .space = -1}, {.device = 0, .space = 0}, {.device = 1, .space = 1}};
  constexpr size_t kSamples = 100'000;
  for (size_t i = 0; i < kSamples; ++i) {
    problem.uses.push_back({.cpu_s = 10e-3F, .read_bytes = 100e3F, .space_bytes = 0});
    problem.uses.push_back({.cpu_s = 3e-3F, .read_bytes = 100e3F, .space_bytes = 100e3F});
    problem.uses.push_back({.cpu_s = 1e-3F, .read_bytes = 150e3F, .space_bytes = 150e3F});
  }
  problem.space_limit_bytes = {0.3 * kSamples * 100e3, 0.1 * kSamples * 150e3};
  const Plan plan = MakePlan(problem);
  EXPECT_NEAR(ShareOf(plan, 1), 0.3, 0.003);
  EXPECT_NEAR(ShareOf(plan, 2), 0.1, 0.001);
  EXPECT_LE(plan.space_bytes[0], problem.space_limit_bytes[0]);
  EXPECT_LE(plan.space_bytes[1], problem.space_limit_bytes[1]);
}

// Forms that cost the same in two spaces, each for half of the samples.
TEST(PlannerSplit, FormsThatDifferInTheirSpaceAloneShareTheSamples) {
  PlanProblem problem = AlikePlanProblem(10'000);
  problem.forms = {
      {.device = 0, .space = 0}, {.device = 0, .space = 1}, {.device = 0, .space = -1}};
  problem.uses.clear();
  for (size_t i = 0; i < 10'000; ++i) {
    problem.uses.push_back({.cpu_s = 1e-3F, .read_bytes = 1e3F, .space_bytes = 1e3F});
    problem.uses.push_back({.cpu_s = 1e-3F, .read_bytes = 1e3F, .space_bytes = 1e3F});
    problem.uses.push_back({.cpu_s = 9e-3F, .read_bytes = 1e3F, .space_bytes = 0});
  }
  problem.space_limit_bytes = {4e6, 4e6};
  const Plan plan = MakePlan(problem);
  EXPECT_NEAR(ShareOf(plan, 0), 0.4, 0.004);
  EXPECT_NEAR(ShareOf(plan, 1), 0.4, 0.004);
}

TEST(PlannerSplit, NewSamplesAreSplitByPricesAlone) {
  const PlanProblem problem = AlikePlanProblem(20'000);
  const Plan plan = MakePlan(problem);
  int first = 0;
  for (uint64_t id = 1'000'000; id < 1'020'000; ++id) {
    first += ChooseForm(problem, problem.UsesOf(0), 1, plan.prices, id) == 0 ? 1 : 0;
  }
  EXPECT_NEAR(first / 20'000.0, 0.5, 0.02);
}

TEST(PlannerSplit, TheSameProblemGivesTheSamePlan) {
  const PlanProblem problem = RandomPlanProblem(5, 40'000);
  const Plan first = MakePlan(problem);
  const Plan second = MakePlan(problem);
  EXPECT_EQ(first.choice, second.choice);
  EXPECT_EQ(first.bound_s, second.bound_s);
  EXPECT_EQ(first.prices.cpu, second.prices.cpu);
}

// The right proportion itself moves by less than 2 %, and only that many samples move.
TEST(PlannerSplit, SmallChangesOfTheMachineMoveFewAlikeSamples) {
  const PlanProblem problem = AlikePlanProblem(50'000);
  const Plan plan = MakePlan(problem);
  for (const double change : {0.98, 0.99, 1.01, 1.02}) {
    SCOPED_TRACE(change);
    PlanProblem changed = problem;
    changed.cores *= change;
    EXPECT_LE(MovedShare(plan, MakePlan(changed)), 0.02);
    changed = problem;
    changed.device_bytes_per_s[0] *= change;
    EXPECT_LE(MovedShare(plan, MakePlan(changed)), 0.02);
    changed = problem;
    for (size_t i = 0; i < changed.uses.size(); i += 2) {
      changed.uses[i].cpu_s *= static_cast<float>(change);
    }
    EXPECT_LE(MovedShare(plan, MakePlan(changed)), 0.02);
  }
}

// Nothing moves back and forth: samples that left a form are those that come back to it last.
TEST(PlannerSplit, SharesGrowAndShrinkAtOneEdge) {
  PlanProblem problem = AlikePlanProblem(20'000);
  const Plan before = MakePlan(problem);
  problem.cores *= 1.5;
  const Plan after = MakePlan(problem);
  EXPECT_GT(ShareOf(after, 0), ShareOf(before, 0) + 0.05);
  size_t against = 0;
  for (size_t i = 0; i < before.choice.size(); ++i) {
    against += before.choice[i] == 0 && after.choice[i] == 1 ? 1 : 0;
  }
  EXPECT_LE(against, before.choice.size() / 1000);
}

TEST(PlannerSplit, SmallChangesMoveFewOfSamplesThatDiffer) {
  for (uint32_t seed = 0; seed < 40; ++seed) {
    SCOPED_TRACE(seed);
    const PlanProblem problem = RandomPlanProblem(seed, 4000);
    const Plan plan = MakePlan(problem);
    PlanProblem changed = problem;
    changed.cores *= 1.02;
    for (double& bytes_per_s : changed.device_bytes_per_s) bytes_per_s *= 0.98;
    EXPECT_LE(MovedShare(plan, MakePlan(changed)), 0.05);
  }
}

}  // namespace
}  // namespace tensorfs
