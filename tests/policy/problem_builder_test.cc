// SPDX-License-Identifier: MIT
#include "policy/problem_builder.h"

#include <gtest/gtest.h>

#include <cmath>

#include "made_up_costs.h"
#include "policy/candidate_forms.h"

namespace tensorfs {
namespace {

constexpr double kTensorBytes = 150528;

class ProblemBuilderTest : public testing::Test {
 protected:
  void SetUp() override { Teach(&model_); }

  static KnownSample Sample(uint64_t id, float reads) {
    return {.id = id, .features = MadeUpSample(id), .recent_reads = reads};
  }

  static MachineCapacity Machine() {
    return {.cores = 4,
            .device_bytes_per_s = {1e8, 2e8, 3e8},
            .read_cpu_s = 1e-4,
            .cached_cpu_s = 5e-5,
            .store_limit_bytes = 1e9,
            .cache_limit_bytes = 2e9};
  }

  CostModel model_{CropPipeline(), CandidateForms(CropPipeline())};
  const size_t raw_ = IndexOf(model_, "final:raw");
};

TEST_F(ProblemBuilderTest, FormsLieWhereTheirBytesDo) {
  const ProblemBuilder builder(&model_, {.source = 0, .store = 1, .cache = 2});
  const PlanRules rules = builder.Rules(Machine());
  ASSERT_EQ(rules.forms.size(), model_.forms().size() + 1);
  ASSERT_EQ(builder.forms(), rules.forms.size());
  EXPECT_EQ(rules.forms[0].device, 0);
  EXPECT_EQ(rules.forms[0].space, -1);
  for (size_t form = 1; form < model_.forms().size(); ++form) {
    EXPECT_EQ(rules.forms[form].device, 1) << form;
    EXPECT_EQ(rules.forms[form].space, 0) << form;
    EXPECT_FALSE(builder.IsCache(form));
  }
  EXPECT_EQ(rules.forms.back().device, 2);
  EXPECT_EQ(rules.forms.back().space, 1);
  EXPECT_TRUE(builder.IsCache(rules.forms.size() - 1));
  EXPECT_EQ(rules.cores, 4);
  EXPECT_EQ(rules.device_bytes_per_s, Machine().device_bytes_per_s);
}

TEST_F(ProblemBuilderTest, NoCacheIsNoForm) {
  const ProblemBuilder builder(&model_, {});
  EXPECT_EQ(builder.forms(), model_.forms().size());
  EXPECT_EQ(builder.Rules(Machine()).forms.size(), model_.forms().size());
  EXPECT_EQ(builder.Rules(Machine()).space_limit_bytes, std::vector<double>{1e9});
}

TEST_F(ProblemBuilderTest, APartOfTheSamplesHasItsPartOfTheSpace) {
  const ProblemBuilder builder(&model_, {.source = 0, .store = 1, .cache = 2});
  EXPECT_EQ(builder.Rules(Machine(), 0.25).space_limit_bytes, (std::vector<double>{2.5e8, 5e8}));
  MachineCapacity unlimited = Machine();
  unlimited.store_limit_bytes = std::numeric_limits<double>::infinity();
  EXPECT_TRUE(std::isinf(builder.Rules(unlimited, 0.25).space_limit_bytes[0]));
  const std::vector<KnownSample> samples = {Sample(1, 1)};
  EXPECT_EQ(builder.Build(samples, Machine(), 0.25).space_limit_bytes,
            builder.Rules(Machine(), 0.25).space_limit_bytes);
}

TEST_F(ProblemBuilderTest, UsesAreTheModelsAndWhatEveryReadTakes) {
  const ProblemBuilder builder(&model_, {.source = 0, .store = 1, .cache = 2});
  std::vector<FormUse> uses(builder.forms());
  builder.UsesOf(MadeUpSample(1), Machine(), uses);
  const std::vector<FormCost> costs = CostsOf(model_, MadeUpSample(1));
  for (size_t form = 0; form < costs.size(); ++form) {
    EXPECT_NEAR(uses[form].cpu_s, costs[form].cpu_s + 1e-4, 1e-9) << form;
    EXPECT_EQ(uses[form].read_bytes, costs[form].read_bytes) << form;
  }
  EXPECT_EQ(uses[0].space_bytes, 0);
  EXPECT_EQ(uses[raw_].read_bytes, kTensorBytes);
  EXPECT_GT(uses[raw_].space_bytes, kTensorBytes);  // a record has a head
  EXPECT_LT(uses[raw_].space_bytes, 1.01 * kTensorBytes);
  EXPECT_NEAR(uses.back().cpu_s, 1.5e-4, 1e-9);
  EXPECT_EQ(uses.back().read_bytes, kTensorBytes);
  EXPECT_GT(uses.back().space_bytes, kTensorBytes);
}

TEST_F(ProblemBuilderTest, WhatIsNotMeasuredCannotBeChosen) {
  const CostModel untaught(CropPipeline(), CandidateForms(CropPipeline()));
  const ProblemBuilder builder(&untaught, {});
  std::vector<FormUse> uses(builder.forms());
  builder.UsesOf(MadeUpSample(1), Machine(), uses);
  EXPECT_TRUE(std::isfinite(uses[0].cpu_s));
  for (size_t form = 1; form < uses.size(); ++form) EXPECT_TRUE(std::isinf(uses[form].cpu_s));
}

TEST_F(ProblemBuilderTest, WeightsFollowReads) {
  const ProblemBuilder builder(&model_, {});
  const std::vector<KnownSample> samples = {Sample(11, 0), Sample(12, 4), Sample(13, 8)};
  const PlanProblem problem = builder.Build(samples, Machine(), 1);
  ASSERT_EQ(problem.samples(), 3u);
  EXPECT_EQ(problem.ids, (std::vector<uint64_t>{11, 12, 13}));
  EXPECT_FLOAT_EQ(problem.weights[0], 0.5);  // with some doubt
  EXPECT_FLOAT_EQ(problem.weights[1], 1);    // the average
  EXPECT_FLOAT_EQ(problem.weights[2], 1.5);
  std::vector<FormUse> uses(builder.forms());
  builder.UsesOf(samples[2].features, Machine(), uses);
  for (size_t form = 0; form < uses.size(); ++form) {
    EXPECT_EQ(problem.UsesOf(2)[form].read_bytes, uses[form].read_bytes) << form;
  }
}

TEST_F(ProblemBuilderTest, MovesTakeTheCpuOrTheSource) {
  const ProblemBuilder builder(&model_, {.source = 0, .store = 1, .cache = 2});
  const std::vector<KnownSample> samples = {Sample(1, 1), Sample(2, 1), Sample(3, 1)};
  MachineCapacity machine = Machine();
  const auto raw = static_cast<uint8_t>(raw_);
  const auto cache = static_cast<uint8_t>(builder.forms() - 1);
  const std::vector<uint8_t> from = {0, raw, 0};
  const std::vector<uint8_t> to = {raw, 0, cache};  // going back is free, and so is the cache
  const auto seconds = [&](const std::vector<uint8_t>& target) {
    return builder.MoveSeconds(builder.Build(samples, machine, 1), samples, from, target);
  };
  EXPECT_EQ(seconds(from), 0);
  const std::vector<FormCost> costs = CostsOf(model_, MadeUpSample(1));
  machine.device_bytes_per_s[0] = 1e12;
  EXPECT_NEAR(seconds(to), (costs[0].cpu_s + costs[raw].encode_cpu_s + costs[raw].cpu_s) / 4, 1e-9);
  machine.device_bytes_per_s[0] = 1e4;
  const auto source_bytes = static_cast<double>(MadeUpSample(1).source_bytes);
  EXPECT_NEAR(seconds(to), source_bytes / 1e4, 1e-6 * source_bytes);
}

}  // namespace
}  // namespace tensorfs
