// SPDX-License-Identifier: MIT
#include "policy/evaluated_plan.h"

#include <gtest/gtest.h>

#include "made_up_costs.h"
#include "policy/candidate_forms.h"

namespace tensorfs {
namespace {

// A few samples with room for a few payloads only: one more or less is a large part of the limit.
class EvaluatedPlanTest : public testing::Test {
 protected:
  static constexpr uint64_t kSamples = 16;

  void SetUp() override {
    Teach(&model_);
    for (uint64_t id = 0; id < kSamples; ++id) {
      samples_.push_back({.id = id, .features = MadeUpSample(id), .reads = 1, .recent_reads = 1});
    }
  }

  EvaluatedPlan Evaluate(double limit_bytes) const {
    const MachineCapacity machine{
        .cores = 0.12, .device_bytes_per_s = {5e10}, .store_limit_bytes = limit_bytes};
    return EvaluatedPlan(builder_, samples_, samples_.size(), machine);
  }

  double BytesByPrices(const EvaluatedPlan& plan) const {
    std::vector<uint8_t> choice;
    for (size_t i = 0; i < kSamples; ++i) {
      choice.push_back(static_cast<uint8_t>(ChooseForm(plan.problem, plan.problem.UsesOf(i),
                                                       plan.problem.WeightOf(i), plan.best.prices,
                                                       plan.problem.IdOf(i))));
    }
    return EvaluateChoice(plan.problem, choice).space_bytes[0];
  }

  CostModel model_{CropPipeline(), CandidateForms(CropPipeline())};
  const ProblemBuilder builder_{&model_, {}};
  std::vector<KnownSample> samples_;
};

TEST_F(EvaluatedPlanTest, LumpyPayloadsFitAndDoSoStillWhenThePlanIsLookedAtAgain) {
  for (double limit = 1e5; limit < 3e6; limit += 0.7e5) {
    const EvaluatedPlan first = Evaluate(limit);
    EXPECT_LE(first.best.space_bytes[0], limit);
    EXPECT_FALSE(first.best_is_over_limit);
    const auto choices = first.Choices();
    for (KnownSample& sample : samples_) sample.planned = choices.at(sample.id);
    const EvaluatedPlan again = Evaluate(limit);
    EXPECT_FALSE(again.target_is_over_limit) << limit;
    EXPECT_FALSE(again.MustBeReplaced()) << limit;
  }
}

TEST_F(EvaluatedPlanTest, APriceIsForgottenOnlyIfPricesAloneFillNoMoreThanThereIs) {
  for (double limit = 1e5; limit < 3e6; limit += 0.7e5) {
    const EvaluatedPlan plan = Evaluate(limit);
    if (plan.best.prices.space[0] == 0) {
      EXPECT_LE(BytesByPrices(plan), limit);
    }
  }
  EXPECT_GT(Evaluate(4e5).best.prices.space[0], 0);
  EXPECT_EQ(Evaluate(1e9).best.prices.space[0], 0) << "there is room for all";
}

TEST_F(EvaluatedPlanTest, AMixThatDoesNotFitIsReplacedByAnotherOnly) {
  const auto raw = static_cast<FormIndex>(IndexOf(model_, "final:raw"));
  for (KnownSample& sample : samples_) sample.planned = raw;
  EXPECT_TRUE(Evaluate(1e6).MustBeReplaced());
  EXPECT_FALSE(Evaluate(1e9).MustBeReplaced());
}

TEST_F(EvaluatedPlanTest, WhatIsPinnedIsPlannedAsItIsPinned) {
  const auto raw = static_cast<FormIndex>(IndexOf(model_, "final:raw"));
  for (size_t i = 0; i < 4; ++i) samples_[i].pinned = raw;
  const EvaluatedPlan plan = Evaluate(1e6);
  for (size_t i = 0; i < 4; ++i) EXPECT_EQ(plan.best.choice[i], raw);
  EXPECT_GT(plan.best.space_bytes[0], 4 * 150528);
  EXPECT_LE(plan.best.space_bytes[0], 1e6);
  EXPECT_EQ(plan.Choices().size(), kSamples - 4);
  const EvaluatedPlan too_many = Evaluate(3e5);  // less than the pins take
  EXPECT_FALSE(too_many.MustBeReplaced());
  for (size_t i = 4; i < kSamples; ++i) EXPECT_EQ(too_many.best.choice[i], 0);
}

}  // namespace
}  // namespace tensorfs
