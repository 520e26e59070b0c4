// SPDX-License-Identifier: MIT
#include "policy/plan_usage.h"

#include <gtest/gtest.h>

#include <limits>
#include <vector>

namespace tensorfs {
namespace {

constexpr float kCannot = std::numeric_limits<float>::infinity();

// Two samples, on two devices; the second form lies in a space of 1000 bytes.
PlanProblem SmallProblem() {
  PlanProblem problem;
  problem.cores = 2;
  problem.device_bytes_per_s = {1e6, 4e6};
  problem.space_limit_bytes = {1000};
  problem.forms = {{.device = 0, .space = -1}, {.device = 1, .space = 0}};
  problem.weights = {1, 3};
  problem.uses = {{.cpu_s = 4, .read_bytes = 1e6, .space_bytes = 0},
                  {.cpu_s = 1, .read_bytes = 8e6, .space_bytes = 600},
                  {.cpu_s = 2, .read_bytes = 2e6, .space_bytes = 0},
                  {.cpu_s = 1, .read_bytes = 4e6, .space_bytes = 500}};
  return problem;
}

TEST(PlanUsage, AddsUpWhatTheChoiceTakes) {
  const PlanProblem problem = SmallProblem();
  const PlanUsage usage = EvaluateChoice(problem, std::vector<uint8_t>{0, 1});
  EXPECT_DOUBLE_EQ(usage.cpu_s, (4 + 3 * 1) / 2.0);
  EXPECT_DOUBLE_EQ(usage.device_s[0], 1);
  EXPECT_DOUBLE_EQ(usage.device_s[1], 3);
  EXPECT_DOUBLE_EQ(usage.space_bytes[0], 500);
  EXPECT_DOUBLE_EQ(usage.epoch_s, 3.5);
}

TEST(PlanUsage, AFormThatASampleCannotTakeCountsForNothing) {
  PlanProblem problem = SmallProblem();
  problem.uses[0].cpu_s = kCannot;
  const PlanUsage usage = EvaluateChoice(problem, std::vector<uint8_t>{0, 0});
  EXPECT_DOUBLE_EQ(usage.cpu_s, 3);
  EXPECT_DOUBLE_EQ(usage.epoch_s, 6);
}

TEST(PlanUsage, ADeviceOfNoBandwidthTakesForeverOnlyIfItIsRead) {
  PlanProblem problem = SmallProblem();
  problem.device_bytes_per_s[1] = 0;
  EXPECT_DOUBLE_EQ(EvaluateChoice(problem, std::vector<uint8_t>{0, 0}).epoch_s, 7);
  EXPECT_EQ(EvaluateChoice(problem, std::vector<uint8_t>{0, 1}).epoch_s,
            std::numeric_limits<double>::infinity());
}

TEST(PlanUsage, OneFormForAllGoesAsFarAsItsSpace) {
  const PlanProblem problem = SmallProblem();
  EXPECT_EQ(ChoiceOf(problem, 0), (std::vector<uint8_t>{0, 0}));
  EXPECT_EQ(ChoiceOf(problem, 1), (std::vector<uint8_t>{1, 0}));
  PlanProblem more = problem;
  more.space_limit_bytes[0] = 1100;
  EXPECT_EQ(ChoiceOf(more, 1), (std::vector<uint8_t>{1, 1}));
}

TEST(PlanUsage, ASampleThatCannotTakeTheFormStaysInTheOther) {
  PlanProblem problem = SmallProblem();
  problem.uses[1].cpu_s = kCannot;
  EXPECT_EQ(ChoiceOf(problem, 1), (std::vector<uint8_t>{0, 1}));
}

}  // namespace
}  // namespace tensorfs
