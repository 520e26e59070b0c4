// SPDX-License-Identifier: MIT
// What the policy plans, when it does, and when it leaves things as they are.
#include "policy/form_policy.h"

#include <gtest/gtest.h>

#include <chrono>
#include <random>
#include <set>
#include <thread>

#include "form_policy_fixture.h"

namespace tensorfs {
namespace {

constexpr MadeUpMachine kFastDisk = {};
constexpr MadeUpMachine kSlowDisk = {.cores = 16, .disk_bytes_per_s = 5e6};
// CPU and disk both matter.
constexpr MadeUpMachine kBalanced = {.disk_bytes_per_s = 1e9};

bool IsRaw(const std::string& form) { return form.ends_with(":raw"); }

TEST_F(FormPolicyTest, PlansNothingBeforeCostsAreKnown) {
  Make();
  ReadSamples(0, kSamples);
  Windows(5, kFastDisk);
  EXPECT_EQ(policy_->Report().state, PolicyState::kMeasuring);
  EXPECT_EQ(changes(), 0u);
  EXPECT_EQ(TargetOf(7), "");
  EXPECT_FALSE(policy_->Chooses());
  policy_->StartPlanning();
  Windows(2, kFastDisk);
  EXPECT_EQ(changes(), 1u);
}

TEST_F(FormPolicyTest, SparesTheCpuWhereTheDiskIsFast) {
  MakeAndRead();
  Window(kFastDisk);
  EXPECT_EQ(policy_->Report().state, PolicyState::kWatching);
  EXPECT_EQ(changes(), 0u);
  EXPECT_EQ(TargetOf(7), "");
  Window(kFastDisk);
  EXPECT_EQ(policy_->Report().state, PolicyState::kMoving);
  EXPECT_EQ(Targets()["final:raw"], kSamples);
}

TEST_F(FormPolicyTest, SparesTheDiskWhereItIsSlow) {
  MakeAndRead();
  Windows(2, kSlowDisk);
  double source_bytes = 0;
  for (uint64_t id = 0; id < kSamples; ++id) {
    source_bytes += static_cast<double>(MadeUpSample(id).source_bytes);
    EXPECT_FALSE(IsRaw(TargetOf(id))) << id;
  }
  EXPECT_LT(PlannedBytes(&FormCost::read_bytes), 0.7 * source_bytes);
}

TEST_F(FormPolicyTest, IsSettledWhenAllIsMoved) {
  MakeAndRead();
  Windows(2, kFastDisk);
  Window(kFastDisk);
  EXPECT_EQ(policy_->Report().state, PolicyState::kMoving);
  EXPECT_EQ(policy_->Report().migration.waiting, kSamples);
  CarryOut();
  Window(kFastDisk);
  EXPECT_EQ(policy_->Report().state, PolicyState::kSettled);
  EXPECT_EQ(policy_->Report().migration.waiting, 0u);
  EXPECT_EQ(changes(), 1u);
  EXPECT_TRUE(policy_->NextMoves(10).empty());
}

TEST_F(FormPolicyTest, TellsWhenThereIsSomethingToMove) {
  int told = 0;
  parts()->on_misplaced = [&] { ++told; };
  MakeAndRead();
  Window(kFastDisk);
  EXPECT_EQ(told, 0);
  Window(kFastDisk);
  EXPECT_EQ(told, 1);
  CarryOut();
  Window(kFastDisk);
  EXPECT_EQ(told, 1);
}

TEST_F(FormPolicyTest, KnowsOfAMoveAtOnceAndLearnsFromIt) {
  MakeAndRead();
  Windows(2, kFastDisk);
  const uint64_t waiting = policy_->Report().migration.waiting;
  const Form raw = *ParseForm("final:raw", pipeline_);
  ASSERT_EQ(TargetOf(7), "final:raw");
  policy_->NoteMove({.sample = 7, .form = raw, .payload_bytes = 150528, .encode_cpu_s = 1e-4});
  policy_->NoteMove({.sample = 12345678, .form = raw, .payload_bytes = 1, .encode_cpu_s = 1});
  Window(kFastDisk);
  EXPECT_EQ(policy_->Report().migration.waiting, waiting - 1);
  for (const FormSummary& form : model_.Summaries()) {
    EXPECT_EQ(form.encodings, form.form == raw ? 1u : 0u);
  }
}

TEST_F(FormPolicyTest, HasADeviceProbedThatIsDoubtful) {
  int probes = 0;
  parts()->on_doubt = [&] { ++probes; };
  MakeAndRead();
  Window(kFastDisk);
  EXPECT_EQ(probes, 0);
  Observation seen = See(kFastDisk);
  seen.devices[0].is_doubtful = true;
  const auto step = [&] {
    for (uint64_t i = 0; i < kReadsAWindow; ++i) reads_.CountSample({});
    policy_->Step(seen);
  };
  step();
  EXPECT_EQ(probes, 1);
  step();
  EXPECT_EQ(probes, 1) << "it has only begun";
}

TEST_F(FormPolicyTest, HasNothingProbedWhilePausedOrBeforeItPlans) {
  int probes = 0;
  parts()->on_doubt = [&] { ++probes; };
  Make();
  ReadSamples(0, kSamples);
  Observation seen = See(kFastDisk);
  seen.devices[0].basis = CapacityBasis::kPromise;
  const auto step = [&] {
    for (uint64_t i = 0; i < kReadsAWindow; ++i) reads_.CountSample({});
    policy_->Step(seen);
  };
  step();
  EXPECT_EQ(probes, 0) << "the forms are not measured yet";
  policy_->StartPlanning();
  policy_->Pause();
  step();
  EXPECT_EQ(probes, 0);
  policy_->Resume();
  step();
  EXPECT_EQ(probes, 1) << "nobody saw it at its limit";
}

TEST_F(FormPolicyTest, MovesFirstWhatWinsMost) {
  constexpr size_t kFew = 30;  // of all
  MakeAndRead();
  Windows(2, kFastDisk);
  const std::vector<FormPolicy::Move> moves = policy_->NextMoves(kFew);
  ASSERT_EQ(moves.size(), kFew);
  const auto gain_of = [&](uint64_t id) {
    const std::vector<FormCost> costs = CostsOf(model_, MadeUpSample(id));
    const FormCost& raw = costs[IndexOf(model_, "final:raw")];
    return (costs[0].cpu_s - raw.cpu_s) / (costs[0].cpu_s + raw.encode_cpu_s + raw.cpu_s);
  };
  std::set<uint64_t> first;
  for (size_t i = 0; i < kFew; ++i) {
    first.insert(moves[i].sample);
    if (i > 0) {
      EXPECT_GE(gain_of(moves[i - 1].sample) * 1.05, gain_of(moves[i].sample)) << i;
    }
  }
  for (uint64_t id = 0; id < kSamples; ++id) {
    if (!first.contains(id)) {
      EXPECT_GE(gain_of(moves.back().sample) * 1.05, gain_of(id)) << id;
    }
  }
  EXPECT_EQ(ToString(moves[0].form, pipeline_), "final:raw");
  const uint64_t last = moves.back().sample;
  for (int read = 0; read < 20; ++read) policy_->NoteCachedRead(last);
  EXPECT_EQ(policy_->NextMoves(kFew).at(0).sample, last);
}

TEST_F(FormPolicyTest, LeavesAloneWhatReadersDoNotWaitFor) {
  MakeAndRead();
  Windows(5, {.waiting = 0.1});
  EXPECT_EQ(policy_->Report().state, PolicyState::kReaderBound);
  EXPECT_EQ(changes(), 0u);
}

TEST_F(FormPolicyTest, LeavesAloneWhatIsNotReadAgain) {
  parts()->settings.expected_rereads = 0;
  MakeAndRead();
  Windows(5, kFastDisk);
  EXPECT_EQ(policy_->Report().state, PolicyState::kNotWorth);
  EXPECT_EQ(changes(), 0u);
}

TEST_F(FormPolicyTest, WaitsForReadsToJudgeBy) {
  MakeAndRead();
  for (int i = 0; i < 5; ++i) policy_->Step(See(kFastDisk));
  EXPECT_EQ(policy_->Report().state, PolicyState::kWatching);
  EXPECT_EQ(changes(), 0u);
}

TEST_F(FormPolicyTest, PlansNothingWhilePaused) {
  MakeAndRead();
  policy_->Pause();
  Windows(5, kFastDisk);
  EXPECT_EQ(policy_->Report().state, PolicyState::kPaused);
  EXPECT_EQ(changes(), 0u);
  policy_->Resume();
  Windows(2, kFastDisk);
  EXPECT_EQ(TargetOf(7), "final:raw");
  policy_->Pause();
  EXPECT_EQ(TargetOf(7), "");
  EXPECT_FALSE(policy_->ChooseFor(7, MadeUpSample(7)).has_value());
  EXPECT_TRUE(policy_->NextMoves(10).empty());
  EXPECT_TRUE(policy_->IsToBeCached(7));
}

TEST_F(FormPolicyTest, GivesANewSampleTheFormOfThePrices) {
  MakeAndRead();
  EXPECT_FALSE(policy_->ChooseFor(kSamples, MadeUpSample(kSamples)).has_value());
  Windows(2, kBalanced);
  ASSERT_EQ(changes(), 1u);
  for (uint64_t id = kSamples; id < kSamples + 100; ++id) {
    EXPECT_EQ(TargetOf(id), "");
    const std::optional<Form> chosen = policy_->ChooseFor(id, MadeUpSample(id));
    ASSERT_TRUE(chosen.has_value());
    ReadSamples(id, id + 1);
    EXPECT_EQ(TargetOf(id), ToString(*chosen, pipeline_)) << id;
  }
  EXPECT_EQ(changes(), 1u);
}

TEST_F(FormPolicyTest, ASampleThatCannotTakeItsFormStaysAsItIs) {
  MakeAndRead();
  Windows(2, kFastDisk);
  policy_->NoteUnsuited(7);
  EXPECT_EQ(TargetOf(7), "source:original");
  EXPECT_EQ(policy_->Report().migration.waiting, kSamples - 1);
}

TEST_F(FormPolicyTest, StaysWithItsPlanWhileTheMachineOnlyWavers) {
  MakeAndRead();
  std::minstd_rand random;
  std::uniform_real_distribution<double> noise(0.95, 1.05);
  for (int window = 0; window < 60; ++window) {
    MadeUpMachine machine = kBalanced;
    machine.cores *= noise(random);
    machine.disk_bytes_per_s *= noise(random);
    Window(machine);
    if (window % 10 == 9) CarryOut();
  }
  EXPECT_EQ(changes(), 1u);
}

TEST_F(FormPolicyTest, FollowsTheDisk) {
  MakeAndRead();
  Windows(3, kBalanced);
  CarryOut();
  Windows(3, kBalanced);
  ASSERT_EQ(changes(), 1u);
  const double before = PlannedBytes(&FormCost::read_bytes);

  MadeUpMachine slower = kBalanced;
  slower.disk_bytes_per_s /= 8;
  Windows(4, slower);
  ASSERT_EQ(changes(), 2u);
  EXPECT_LT(PlannedBytes(&FormCost::read_bytes), 0.9 * before);
  CarryOut();

  MadeUpMachine faster = kBalanced;
  faster.disk_bytes_per_s *= 8;
  Windows(4, faster);
  ASSERT_EQ(changes(), 3u);
  EXPECT_GT(PlannedBytes(&FormCost::read_bytes), before);

  const std::vector<PlanChange> history = policy_->History();
  EXPECT_EQ(history[0].reason, "the first plan");
  EXPECT_TRUE(history[0].old_prices.empty());
  EXPECT_TRUE(history[0].achieved_gain.has_value());
  EXPECT_EQ(history[1].reason, "the device of source+store gives 131 MB/s instead of 1050 MB/s");
  EXPECT_EQ(history[2].reason, "the device of source+store gives 8400 MB/s instead of 131 MB/s");
  for (const PlanChange& change : history) {
    EXPECT_GT(change.unix_time_s, 1.6e9);
    EXPECT_EQ(change.cores, kBalanced.cores);
    ASSERT_EQ(change.devices.size(), 1u);
    EXPECT_GT(change.predicted_gain, 0.1);
    EXPECT_GT(change.samples_to_move, 0u);
    ASSERT_GE(change.new_prices.size(), 2u);
    EXPECT_NEAR(change.new_prices[0].weight + change.new_prices[1].weight, 1, 0.01);
  }
}

// The memory of the plan is its prices: what they choose must fit, not only what was rounded.
TEST_F(FormPolicyTest, StaysWithinTheStore) {
  constexpr double kLimit = 15e6;  // a third of what all samples would take
  parts()->settings.store_limit_bytes = static_cast<uint64_t>(kLimit);
  MakeAndRead();
  Windows(20, kFastDisk);
  EXPECT_EQ(changes(), 1u);
  EXPECT_LT(PlannedBytes(&FormCost::stored_bytes), kLimit);
  EXPECT_GT(PlannedBytes(&FormCost::stored_bytes), 0.8 * kLimit);
}

TEST_F(FormPolicyTest, GivesTheStoreToWhatIsReadMost) {
  constexpr double kLimit = 15e6;
  constexpr uint64_t kReadMore = 10;
  parts()->settings.store_limit_bytes = static_cast<uint64_t>(kLimit);
  MakeAndRead();
  for (int read = 0; read < 100; ++read) {
    for (uint64_t id = 0; id < kSamples; id += kReadMore) policy_->NoteCachedRead(id);
  }
  Windows(20, kFastDisk);
  EXPECT_EQ(changes(), 1u);
  EXPECT_LT(PlannedBytes(&FormCost::stored_bytes), kLimit);
  EXPECT_GT(PlannedBytes(&FormCost::stored_bytes), 0.8 * kLimit);
  for (uint64_t id = 0; id < kSamples; id += kReadMore) {
    EXPECT_NE(TargetOf(id), "source:original") << id;
  }
}

TEST_F(FormPolicyTest, PlansForWhatTheCacheCanHold) {
  AddCache();
  MakeAndRead();
  EXPECT_TRUE(policy_->IsToBeCached(7));  // while nothing is planned
  // Where the disk gives next to nothing, whatever the cache has room for belongs there.
  Windows(2, {.disk_bytes_per_s = 1e6});
  ASSERT_EQ(changes(), 1u);
  uint64_t cached = 0;
  for (uint64_t id = 0; id < kSamples; ++id) {
    const bool is_cached = policy_->IsToBeCached(id);
    if (is_cached) ++cached;
    if (is_cached) {
      EXPECT_EQ(TargetOf(id), "source:original") << "stays as it is kept";
    }
  }
  EXPECT_GT(cached, 70u);
  EXPECT_LE(cached, (16u << 20) / 150528u);
  EXPECT_FALSE(policy_->IsToBeCached(kSamples + 1));
  CarryOut();
  Window({.disk_bytes_per_s = 1e6});
  EXPECT_EQ(policy_->Report().state, PolicyState::kMoving);
  EXPECT_NE(policy_->Report().why.find(", 0 of " + std::to_string(cached) + " in the cache"),
            std::string::npos)
      << policy_->Report().why;
  const double uncached_rate = policy_->Report().rates.predicted_present;
  for (uint64_t id = 0; id < kSamples; ++id) {
    if (policy_->IsToBeCached(id)) policy_->NoteCachedRead(id);
  }
  Window({.disk_bytes_per_s = 1e6});
  EXPECT_EQ(policy_->Report().state, PolicyState::kSettled);
  EXPECT_GT(policy_->Report().rates.predicted_present, 1.1 * uncached_rate);
}

TEST_F(FormPolicyTest, APlanEvictsWhatItHasNotForTheCache) {
  AddCache();
  MakeAndRead();
  const std::vector<uint8_t> bytes(1000);
  for (uint64_t id = 0; id < kSamples; ++id) {
    ASSERT_TRUE(cache()->Insert({.path = PathOf(id), .fingerprint = 1}, {}, bytes, nullptr, 1));
  }
  ASSERT_TRUE(cache()->Flush().has_value());
  ASSERT_EQ(cache()->Stats().entries, kSamples);
  Windows(2, {.disk_bytes_per_s = 1e6});
  ASSERT_EQ(changes(), 1u);
  for (uint64_t id = 0; id < kSamples; ++id) {
    const bool is_there = cache()->Peek({.path = PathOf(id), .fingerprint = 1}, {}).has_value();
    EXPECT_EQ(is_there, policy_->IsToBeCached(id)) << id;
  }
}

TEST_F(FormPolicyTest, JudgesFewReadsOfManyWindowsTogether) {
  MakeAndRead();
  for (int window = 0; window < 12; ++window) {
    reads_.CountSample({});
    policy_->Step(See(kFastDisk));
  }
  EXPECT_EQ(changes(), 1u);
  EXPECT_NEAR(policy_->Report().rates.achieved, 1, 1e-9);
}

TEST_F(FormPolicyTest, TellsTheGainOnceAndForAll) {
  MakeAndRead();
  Windows(2, kFastDisk);
  CarryOut();
  Windows(12, kFastDisk);
  const std::optional<double> gain = policy_->History()[0].achieved_gain;
  ASSERT_TRUE(gain.has_value());
  EXPECT_EQ(policy_->History()[0].moved, kSamples);
  for (int window = 0; window < 5; ++window) {
    for (uint64_t i = 0; i < 5 * kReadsAWindow; ++i) reads_.CountSample({});
    policy_->Step(See(kFastDisk));
  }
  EXPECT_EQ(policy_->History()[0].achieved_gain, gain);
}

TEST_F(FormPolicyTest, StepsOnItsOwn) {
  MakeAndRead();
  EXPECT_TRUE(policy_->Report().load.devices.empty());  // nothing was observed yet
  // A window that has begun does not keep the new one waiting.
  SettingsPatch shorter;
  shorter.window_s = 0.1;
  ASSERT_TRUE(policy_->Set(shorter).has_value());
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(60);
  while (policy_->Report().load.devices.empty() && std::chrono::steady_clock::now() < deadline) {
    std::this_thread::sleep_for(std::chrono::milliseconds(2));
  }
  EXPECT_EQ(policy_->Report().state, PolicyState::kWatching);
}

}  // namespace
}  // namespace tensorfs
