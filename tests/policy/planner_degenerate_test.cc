// SPDX-License-Identifier: MIT
// Input at the edges of what makes sense, and what holds of every plan.
#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <vector>

#include "policy/planner.h"
#include "tests/policy/random_plan_problem.h"

namespace tensorfs {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();
constexpr float kCannot = std::numeric_limits<float>::infinity();

TEST(PlannerDegenerate, NoSamplesTakeNoTime) {
  PlanProblem problem = AlikePlanProblem(0);
  problem.space_limit_bytes = {1e6};
  const Plan plan = MakePlan(problem);
  EXPECT_TRUE(plan.choice.empty());
  EXPECT_EQ(plan.epoch_s, 0);
  EXPECT_EQ(plan.bound_s, 0);
  EXPECT_EQ(plan.device_s.size(), 1u);
  EXPECT_EQ(plan.space_bytes.size(), 1u);
  EXPECT_EQ(plan.prices.device.size(), 1u);
  EXPECT_EQ(plan.prices.space.size(), 1u);
}

TEST(PlannerDegenerate, NothingAtAll) {
  const Plan plan = MakePlan(PlanProblem());
  EXPECT_TRUE(plan.choice.empty());
  EXPECT_EQ(plan.epoch_s, 0);
  EXPECT_EQ(plan.bound_s, 0);
}

TEST(PlannerDegenerate, OneFormIsTaken) {
  PlanProblem problem;
  problem.cores = 2;
  problem.device_bytes_per_s = {1e6};
  problem.forms = {{}};
  problem.uses = {{.cpu_s = 1, .read_bytes = 1e5, .space_bytes = 0}};
  const Plan plan = MakePlan(problem);
  EXPECT_EQ(plan.choice, std::vector<uint8_t>{0});
  EXPECT_DOUBLE_EQ(plan.epoch_s, 0.5);
  EXPECT_NEAR(plan.bound_s, 0.5, 0.005);
}

TEST(PlannerDegenerate, ASampleThatCanTakeNoFormCountsForNothing) {
  PlanProblem problem = AlikePlanProblem(1000);
  const Plan without = MakePlan(problem);
  for (int f = 0; f < 2; ++f) {
    problem.uses.push_back({.cpu_s = kCannot, .read_bytes = 1e9, .space_bytes = 0});
  }
  const Plan with = MakePlan(problem);
  EXPECT_EQ(with.choice.back(), 0);
  EXPECT_NEAR(with.epoch_s, without.epoch_s, without.epoch_s * 0.01);
  EXPECT_NEAR(with.bound_s, without.bound_s, without.bound_s * 0.01);
}

TEST(PlannerDegenerate, NoCoresTakeForever) {
  PlanProblem problem = AlikePlanProblem(100);
  problem.cores = 0;
  const Plan plan = MakePlan(problem);
  EXPECT_EQ(plan.choice.size(), 100u);
  EXPECT_EQ(plan.epoch_s, kInfinity);
  EXPECT_EQ(plan.bound_s, kInfinity);
}

TEST(PlannerDegenerate, ADeviceOfNoBandwidthIsAvoided) {
  PlanProblem problem = AlikePlanProblem(100);
  problem.device_bytes_per_s = {50e6, 0};
  problem.forms[1].device = 1;
  const Plan plan = MakePlan(problem);
  EXPECT_EQ(plan.choice, std::vector<uint8_t>(100, 0));
  EXPECT_NEAR(plan.epoch_s, 1, 1e-6);
  EXPECT_NEAR(plan.bound_s, 1, 0.01);
}

TEST(PlannerDegenerate, AnInfiniteMachineTakesNoTime) {
  PlanProblem problem = AlikePlanProblem(100);
  problem.cores = kInfinity;
  problem.device_bytes_per_s = {kInfinity};
  const Plan plan = MakePlan(problem);
  EXPECT_EQ(plan.epoch_s, 0);
  EXPECT_EQ(plan.bound_s, 0);
  EXPECT_FALSE(std::isnan(plan.prices.cpu));
}

TEST(PlannerDegenerate, AnInfiniteDeviceLeavesTheCheapestCpu) {
  PlanProblem problem = AlikePlanProblem(100);
  problem.device_bytes_per_s = {kInfinity};
  const Plan plan = MakePlan(problem);
  EXPECT_EQ(plan.choice, std::vector<uint8_t>(100, 1));
  EXPECT_NEAR(plan.prices.cpu, 1, 1e-9);
}

TEST(PlannerDegenerate, ASpaceOfNothingTakesNothing) {
  PlanProblem problem = AlikePlanProblem(100);
  problem.forms[1].space = 0;
  for (size_t i = 1; i < problem.uses.size(); i += 2) problem.uses[i].space_bytes = 500e3;
  problem.space_limit_bytes = {0};
  const Plan plan = MakePlan(problem);
  EXPECT_EQ(plan.choice, std::vector<uint8_t>(100, 0));
  EXPECT_EQ(plan.space_bytes[0], 0);
}

TEST(PlannerDegenerate, ASpaceSmallerThanAnyPayloadTakesNothing) {
  PlanProblem problem = AlikePlanProblem(100);
  problem.forms[1].space = 0;
  for (size_t i = 1; i < problem.uses.size(); i += 2) problem.uses[i].space_bytes = 500e3;
  problem.space_limit_bytes = {499e3};
  EXPECT_EQ(MakePlan(problem).choice, std::vector<uint8_t>(100, 0));
}

TEST(PlannerDegenerate, FreeFormsFillTheirSpace) {
  PlanProblem problem = AlikePlanProblem(1000);
  problem.forms[1].space = 0;
  for (size_t i = 1; i < problem.uses.size(); i += 2) {
    problem.uses[i] = {.cpu_s = 0, .read_bytes = 0, .space_bytes = 1e3};
  }
  problem.space_limit_bytes = {900e3};
  const Plan plan = MakePlan(problem);
  EXPECT_NEAR(plan.epoch_s, 1, 0.02);
  EXPECT_NEAR(plan.bound_s, 1, 0.01);
  EXPECT_LE(plan.space_bytes[0], 900e3);
}

TEST(PlannerDegenerate, SamplesThatAreNeverReadTakeNoPartInTheTime) {
  PlanProblem problem = AlikePlanProblem(100);
  problem.weights.assign(100, 0);
  EXPECT_EQ(MakePlan(problem).epoch_s, 0);
  for (size_t i = 0; i < 50; ++i) problem.weights[i] = 2;
  const Plan plan = MakePlan(problem);
  EXPECT_NEAR(plan.bound_s, 0.6, 0.01);
}

// Read ten times as often, a tenth of the samples are worth as much space as all others.
TEST(PlannerDegenerate, ScarceSpaceGoesToWhatIsReadOften) {
  PlanProblem problem = AlikePlanProblem(1000);
  problem.device_bytes_per_s = {kInfinity};
  problem.forms[1].space = 0;
  for (size_t i = 1; i < problem.uses.size(); i += 2) problem.uses[i].space_bytes = 500e3;
  problem.space_limit_bytes = {100 * 500e3};
  problem.weights.assign(1000, 1);
  for (size_t i = 0; i < 1000; i += 10) problem.weights[i] = 10;
  const Plan plan = MakePlan(problem);
  for (size_t i = 0; i < 1000; ++i) EXPECT_EQ(plan.choice[i], i % 10 == 0 ? 1 : 0) << i;
}

TEST(PlannerProperties, MoreOfAnythingNeverMakesTheBoundWorse) {
  for (uint32_t seed = 0; seed < 60; ++seed) {
    SCOPED_TRACE(seed);
    const PlanProblem problem = RandomPlanProblem(seed, 300);
    const double bound_s = MakePlan(problem).bound_s * 1.005;
    PlanProblem more = problem;
    more.cores *= 1.3;
    EXPECT_LE(MakePlan(more).bound_s, bound_s);
    for (size_t d = 0; d < problem.device_bytes_per_s.size(); ++d) {
      more = problem;
      more.device_bytes_per_s[d] *= 2;
      EXPECT_LE(MakePlan(more).bound_s, bound_s);
    }
    for (size_t k = 0; k < problem.space_limit_bytes.size(); ++k) {
      more = problem;
      more.space_limit_bytes[k] *= 1.5;
      EXPECT_LE(MakePlan(more).bound_s, bound_s);
    }
  }
}

TEST(PlannerProperties, TwiceTheMachineTakesHalfTheTimeInTheSameForms) {
  for (uint32_t seed = 0; seed < 60; ++seed) {
    SCOPED_TRACE(seed);
    const PlanProblem problem = RandomPlanProblem(seed, 300);
    PlanProblem twice = problem;
    twice.cores *= 2;
    for (double& bytes_per_s : twice.device_bytes_per_s) bytes_per_s *= 2;
    const Plan plan = MakePlan(problem);
    const Plan half = MakePlan(twice);
    EXPECT_NEAR(half.bound_s, plan.bound_s / 2, plan.bound_s * 1e-6);
    EXPECT_EQ(half.choice, plan.choice);
  }
}

TEST(PlannerProperties, PricesOfTimeSumToOne) {
  for (uint32_t seed = 0; seed < 60; ++seed) {
    SCOPED_TRACE(seed);
    const Prices prices = MakePlan(RandomPlanProblem(seed, 100)).prices;
    double sum = prices.cpu;
    EXPECT_GE(prices.cpu, 0);
    for (const double price : prices.device) {
      EXPECT_GE(price, 0);
      sum += price;
    }
    EXPECT_NEAR(sum, 1, 1e-9);
  }
}

}  // namespace
}  // namespace tensorfs
