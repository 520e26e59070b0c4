// SPDX-License-Identifier: MIT
// What users ask of the policy and tell it: modes, pins, settings, explanations, what-ifs.
#include <gtest/gtest.h>

#include <algorithm>
#include <limits>
#include <type_traits>

#include "form_policy_fixture.h"

namespace tensorfs {
namespace {

constexpr MadeUpMachine kFastDisk = {};

using Patch = SettingsPatch;
using Request = WhatIfRequest;

// With one of its fields only.
template <typename Fields, typename Value>
Fields With(std::optional<Value> Fields::*field, std::type_identity_t<Value> value) {
  Fields fields;
  fields.*field = value;
  return fields;
}

template <typename T>
std::string ErrorOf(const Result<T>& result) {
  return result ? "" : result.error().message;
}

TEST_F(FormPolicyTest, FixedGivesAllOneForm) {
  parts()->mode = PolicyMode::kFixed;
  parts()->fixed = *ParseForm("final:zstd", pipeline_);
  MakeAndRead();
  Windows(3, kFastDisk);
  EXPECT_EQ(TargetOf(7), "final:zstd");
  EXPECT_EQ(TargetOf(kSamples + 1), "final:zstd");
  EXPECT_EQ(policy_->Report().state, PolicyState::kOff);
  EXPECT_EQ(policy_->Report().mode, PolicyMode::kFixed);
  EXPECT_EQ(policy_->Explain(7)->chosen, "final:zstd");
  EXPECT_EQ(policy_->Explain(7)->reason, "the mount's policy gives all samples this form");
  EXPECT_EQ(changes(), 0u);
  EXPECT_TRUE(policy_->IsToBeCached(7));
}

TEST_F(FormPolicyTest, KeepMovesNothing) {
  parts()->mode = PolicyMode::kKeep;
  MakeAndRead();
  Windows(3, kFastDisk);
  EXPECT_EQ(TargetOf(7), "");
  EXPECT_EQ(policy_->Report().state, PolicyState::kOff);
  EXPECT_EQ(policy_->Explain(7)->chosen, "source:original");
  EXPECT_EQ(policy_->Explain(7)->reason, "the mount's policy leaves all samples as they are");
  EXPECT_EQ(policy_->Report().why, "nothing is moved");
  EXPECT_EQ(policy_->Plan({}).error().code, ErrorCode::kUnsupported);
  EXPECT_EQ(changes(), 0u);
}

TEST_F(FormPolicyTest, PinsHoldInEveryMode) {
  for (const PolicyMode mode : {PolicyMode::kAdaptive, PolicyMode::kFixed, PolicyMode::kKeep}) {
    parts()->mode = mode;
    parts()->fixed = *ParseForm("final:zstd", pipeline_);
    MakeAndRead();
    ASSERT_TRUE(policy_->Pin({.pattern = "7.jpg", .form = "source:jpeg-crop"}).has_value());
    EXPECT_EQ(TargetOf(7), "source:jpeg-crop");
    Windows(2, kFastDisk);
    EXPECT_EQ(TargetOf(7), "source:jpeg-crop");
    EXPECT_NE(TargetOf(8), "source:jpeg-crop");
    EXPECT_EQ(policy_->Explain(7)->chosen, "source:jpeg-crop");
    EXPECT_EQ(policy_->Explain(7)->reason, "pinned by 7.jpg");
    policy_->Pause();
    EXPECT_EQ(TargetOf(7), "source:jpeg-crop");
    ASSERT_TRUE(policy_->Unpin("7.jpg").has_value());
    policy_->Resume();
    EXPECT_EQ(TargetOf(7), TargetOf(8));
  }
}

TEST_F(FormPolicyTest, RefusesSettingsThatMakeNoSense) {
  parts()->settings.store_limit_bytes = 20000000;
  MakeAndRead();
  EXPECT_EQ(policy_->Set(With(&Patch::migrate_share, 2)).error().code, ErrorCode::kInvalidArgument);
  for (const double window_s : {0.0, 0.0001}) {
    EXPECT_NE(ErrorOf(policy_->Set(With(&Patch::window_s, window_s))).find("window_s"),
              std::string::npos);
  }
  EXPECT_FALSE(policy_->Set(With(&Patch::dead_band, -1)).has_value());
  const double nan = std::numeric_limits<double>::quiet_NaN();
  EXPECT_FALSE(policy_->Set(With(&Patch::expected_rereads, nan)).has_value());
  EXPECT_FALSE(
      policy_->Set(With(&Patch::cache_limit_bytes, 1 << 20)).has_value());  // there is none
  EXPECT_EQ(ErrorOf(policy_->Set(With(&Patch::store_limit_bytes, 20000001))),
            "store_limit_bytes: the store was opened with 20,000,000 bytes; mount again with a "
            "larger --store-limit");
  // None is more than any.
  EXPECT_FALSE(policy_->Set(With(&Patch::store_limit_bytes, 0)).has_value());
  SettingsPatch both = With(&Patch::dead_band, 0.3);
  both.store_limit_bytes = 20000001;
  EXPECT_FALSE(policy_->Set(both).has_value());
  const PolicySettings settings = policy_->Report().settings;
  EXPECT_EQ(settings.migrate_share, PolicySettings{}.migrate_share);
  EXPECT_EQ(settings.dead_band, PolicySettings{}.dead_band);
  EXPECT_EQ(settings.store_limit_bytes, 20000000u);
}

TEST_F(FormPolicyTest, RefusesACacheLimitAboveThatItWasOpenedWith) {
  AddCache();
  MakeAndRead();
  EXPECT_FALSE(policy_->Set(With(&Patch::cache_limit_bytes, (16 << 20) + 1)).has_value());
  EXPECT_TRUE(policy_->Set(With(&Patch::cache_limit_bytes, 8 << 20)).has_value());
  EXPECT_EQ(policy_->Report().settings.cache_limit_bytes, uint64_t{8 << 20});
  EXPECT_TRUE(policy_->Set(With(&Patch::cache_limit_bytes, 16 << 20)).has_value());
}

TEST_F(FormPolicyTest, PlansAnewForASmallerStore) {
  parts()->settings.store_limit_bytes = 100000000;
  MakeAndRead();
  Windows(2, kFastDisk);
  CarryOut();
  Windows(2, kFastDisk);
  EXPECT_GT(PlannedBytes(&FormCost::stored_bytes), 40e6);
  ASSERT_TRUE(policy_->Set(With(&Patch::store_limit_bytes, 10000000)).has_value());
  Windows(3, kFastDisk);
  EXPECT_EQ(changes(), 2u);
  EXPECT_LT(PlannedBytes(&FormCost::stored_bytes), 10e6);
}

TEST_F(FormPolicyTest, ADeadBandAboveTheGainKeepsThePlan) {
  MakeAndRead();
  ASSERT_TRUE(policy_->Set(With(&Patch::dead_band, 1e6)).has_value());
  Windows(5, kFastDisk);
  EXPECT_EQ(policy_->Report().state, PolicyState::kSettled);
  EXPECT_EQ(changes(), 0u);
}

TEST_F(FormPolicyTest, ExplainsASample) {
  MakeAndRead();
  ASSERT_FALSE(policy_->Explain(kSamples + 1).has_value());
  EXPECT_EQ(policy_->Explain(kSamples + 1).error().code, ErrorCode::kNotFound);
  EXPECT_EQ(policy_->Explain(7)->reason, "no plan was taken yet: ");
  Window(kFastDisk);
  EXPECT_EQ(policy_->Explain(7)->chosen, "source:original");
  EXPECT_EQ(policy_->Explain(7)->reason.find("no plan was taken yet: a plan would gain"), 0u);
  Window(kFastDisk);
  policy_->NoteCachedRead(7);
  const Explanation why = *policy_->Explain(7);
  EXPECT_EQ(why.path, "7.jpg");
  EXPECT_EQ(why.reads, 2u);
  EXPECT_EQ(why.source_bytes, MadeUpSample(7).source_bytes);
  EXPECT_EQ(why.kept, "source:original");
  EXPECT_EQ(why.chosen, "final:raw");
  EXPECT_EQ(why.reason, "cheapest at these prices; waits for its move");
  ASSERT_EQ(why.offers.size(), model_.forms().size());
  const auto cheapest = std::ranges::min_element(
      why.offers, {}, [](const FormOffer& offer) { return offer.cost_s.value_or(1e9); });
  EXPECT_EQ(cheapest->form, "final:raw");
  EXPECT_EQ(*cheapest->read_bytes, 150528u);
  policy_->Pause();
  EXPECT_EQ(policy_->Explain(7)->reason,
            "cheapest at these prices; waits for its move, which is paused");
  policy_->Resume();
  CarryOut();
  EXPECT_EQ(policy_->Explain(7)->reason, "cheapest at these prices, and kept so");
  policy_->Pause();
  EXPECT_EQ(policy_->Explain(7)->reason, "cheapest at these prices, and kept so");
}

TEST_F(FormPolicyTest, ExplainsThatASampleIsForTheCache) {
  AddCache();
  MakeAndRead();
  Windows(2, {.disk_bytes_per_s = 1e6});
  uint64_t id = 0;
  while (id < kSamples && !policy_->IsToBeCached(id)) ++id;
  ASSERT_LT(id, kSamples);
  EXPECT_EQ(policy_->Explain(id)->chosen, "cache:tensor");
  EXPECT_EQ(policy_->Explain(id)->reason, "cheapest at these prices; the cache takes it when read");
}

TEST_F(FormPolicyTest, HasNoWhatIfWithoutSomethingToPlanWith) {
  Make();
  EXPECT_EQ(policy_->Plan({}).error().code, ErrorCode::kBusy);  // no costs
  policy_->StartPlanning();
  EXPECT_EQ(policy_->Plan({}).error().code, ErrorCode::kBusy);  // no samples
  ReadSamples(0, kSamples);
  EXPECT_EQ(policy_->Plan({}).error().code, ErrorCode::kBusy);  // nothing observed
  Window(kFastDisk);
  EXPECT_TRUE(policy_->Plan({}).has_value());
  EXPECT_EQ(policy_->Plan(With(&Request::cores, 0)).error().code, ErrorCode::kInvalidArgument);
  EXPECT_EQ(policy_->Plan(With(&Request::disk_bytes_per_s, -1)).error().code,
            ErrorCode::kInvalidArgument);
}

uint64_t MixOf(const WhatIf& what, const std::string& form) {
  for (const WhatIf::SingleForm& single : what.forms) {
    if (single.form == form) return single.mix_samples;
  }
  return 0;
}

TEST_F(FormPolicyTest, PlansForAnotherMachine) {
  MakeAndRead();
  Window(kFastDisk);
  const WhatIf now = *policy_->Plan({});
  EXPECT_EQ(now.cores, kFastDisk.cores);
  EXPECT_EQ(now.samples, kSamples);
  EXPECT_EQ(MixOf(now, "final:raw"), kSamples);
  EXPECT_EQ(now.binding, "CPU");
  EXPECT_LE(now.mix_samples_per_s, now.bound_samples_per_s * 1.0001);

  const WhatIf doubled = *policy_->Plan(With(&Request::cores, 2 * kFastDisk.cores));
  EXPECT_NEAR(doubled.mix_samples_per_s / now.mix_samples_per_s, 2, 0.05);

  const WhatIf slow = *policy_->Plan(With(&Request::disk_bytes_per_s, 5e6));
  EXPECT_EQ(MixOf(slow, "final:raw"), 0u);
  EXPECT_EQ(slow.binding, "source+store");
  EXPECT_EQ(slow.devices[0].capacity_bytes_per_s, 5e6);
  for (const WhatIf::SingleForm& single : slow.forms) {
    EXPECT_LE(single.samples_per_s, slow.bound_samples_per_s * 1.0001) << single.form;
  }
  EXPECT_EQ(changes(), 0u);
}

TEST_F(FormPolicyTest, PlansForAnotherStore) {
  MakeAndRead();
  Window(kFastDisk);
  const WhatIf what = *policy_->Plan(With(&Request::store_limit_bytes, 10000000));
  EXPECT_EQ(what.store_limit_bytes, 10000000u);
  EXPECT_LE(what.mix_stored_bytes, 10000000u);
  EXPECT_GT(what.mix_stored_bytes, 7500000u);
  for (const WhatIf::SingleForm& single : what.forms) {
    EXPECT_EQ(single.fits, single.stored_bytes <= 10000000) << single.form;
  }
  EXPECT_FALSE(what.forms[IndexOf(model_, "final:raw")].fits);
}

TEST_F(FormPolicyTest, ReportsWhatItSeesAndBelieves) {
  MakeAndRead();
  Windows(2, kFastDisk);
  const PolicyReport report = policy_->Report();
  EXPECT_EQ(report.mode, PolicyMode::kAdaptive);
  EXPECT_EQ(report.samples_known, kSamples);
  EXPECT_EQ(report.plan_changes, 1u);
  EXPECT_EQ(report.rates.achieved, static_cast<double>(kReadsAWindow));
  EXPECT_GT(report.rates.bound, 2 * report.rates.predicted_present);
  ASSERT_EQ(report.mix.size(), model_.forms().size());
  EXPECT_EQ(report.mix[0].samples, kSamples);
  EXPECT_EQ(report.mix[0].planned_samples, 0u);
  EXPECT_EQ(report.mix[IndexOf(model_, "final:raw")].planned_samples, kSamples);
  ASSERT_EQ(report.load.devices.size(), 1u);
  EXPECT_EQ(report.load.devices[0].name, "source+store");
  Window({.waiting = 0.1});
  CarryOut();
  Window(kFastDisk);
  const RateReport after = policy_->Report().rates;
  EXPECT_NEAR(after.predicted_present, after.predicted_plan, 1e-6 * after.predicted_plan);
}

}  // namespace
}  // namespace tensorfs
