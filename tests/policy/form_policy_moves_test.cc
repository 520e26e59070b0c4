// SPDX-License-Identifier: MIT
// What becomes of single samples: pinned ones, those that cannot be moved, those that are gone.
#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "form_policy_fixture.h"

namespace tensorfs {
namespace {

constexpr MadeUpMachine kFastDisk = {};
const PinRule kPin = {.pattern = "7.jpg", .form = "source:jpeg-crop"};

bool Has(const std::vector<FormPolicy::Move>& moves, uint64_t sample) {
  return std::ranges::count(moves, sample, &FormPolicy::Move::sample) > 0;
}

TEST_F(FormPolicyTest, APinInAPlanIsCarriedOutAndStays) {
  MakeAndRead();
  Windows(2, kFastDisk);
  CarryOut();
  Window(kFastDisk);
  ASSERT_TRUE(policy_->NextMoves(10).empty());
  ASSERT_TRUE(policy_->Pin(kPin).has_value());
  EXPECT_EQ(policy_->Report().migration.waiting, 1u);
  const std::vector<FormPolicy::Move> moves = policy_->NextMoves(10);
  ASSERT_EQ(moves.size(), 1u);
  EXPECT_EQ(moves[0].sample, 7u);
  EXPECT_EQ(ToString(moves[0].form, pipeline_), kPin.form);
  EXPECT_TRUE(policy_->IsStillWanted(moves[0]));
  CarryOut();
  Windows(3, kFastDisk);
  EXPECT_TRUE(policy_->NextMoves(10).empty());
  EXPECT_EQ(policy_->Report().migration.waiting, 0u);
  EXPECT_EQ(TargetOf(7), kPin.form);
  ASSERT_TRUE(policy_->Unpin(kPin.pattern).has_value());
  EXPECT_FALSE(policy_->IsStillWanted(moves[0]));
  ASSERT_EQ(policy_->NextMoves(10).size(), 1u);
  EXPECT_EQ(ToString(policy_->NextMoves(10)[0].form, pipeline_), "final:raw");
}

TEST_F(FormPolicyTest, APinOfAFormThatNoPlanWouldChooseStaysToo) {
  MakeAndRead();
  ASSERT_TRUE(policy_->Pin({.pattern = "7.jpg", .form = "final:png"}).has_value());
  Windows(2, kFastDisk);
  EXPECT_EQ(ToString(policy_->NextMoves(1).at(0).form, pipeline_), "final:png");
  CarryOut();
  Windows(2, kFastDisk);
  EXPECT_TRUE(policy_->NextMoves(10).empty());
}

TEST_F(FormPolicyTest, PinsAreCarriedOutWithoutAPlan) {
  parts()->mode = PolicyMode::kKeep;
  int told = 0;
  parts()->on_misplaced = [&] { ++told; };
  MakeAndRead();
  ASSERT_TRUE(policy_->Pin(kPin).has_value());
  EXPECT_EQ(told, 1);
  ASSERT_EQ(policy_->NextMoves(10).size(), 1u);
  ReadSamples(kSamples, kSamples + 1);
  ASSERT_TRUE(policy_->Pin({.pattern = "30?.jpg", .form = "final:raw"}).has_value());
  ReadSamples(kSamples + 1, kSamples + 2);
  EXPECT_EQ(policy_->NextMoves(10).size(), 3u) << "samples that come later are pinned, too";
}

TEST_F(FormPolicyTest, PinsTakeTheirSpaceBeforeThePlan) {
  constexpr double kLimit = 25e6;
  parts()->settings.store_limit_bytes = static_cast<uint64_t>(kLimit);
  MakeAndRead();
  ASSERT_TRUE(policy_->Pin({.pattern = "1*.jpg", .form = "final:raw"}).has_value());
  Windows(20, kFastDisk);
  EXPECT_EQ(changes(), 1u);
  EXPECT_EQ(TargetOf(1), "final:raw");
  EXPECT_EQ(TargetOf(199), "final:raw");
  EXPECT_LT(PlannedBytes(&FormCost::stored_bytes), kLimit);
  EXPECT_GT(PlannedBytes(&FormCost::stored_bytes), 0.8 * kLimit);
  EXPECT_GT(Targets()["source:original"], kSamples / 3);
}

TEST_F(FormPolicyTest, WhatCannotTakeItsPinStaysAsItIs) {
  MakeAndRead();
  ASSERT_TRUE(policy_->Pin(kPin).has_value());
  policy_->NoteMoveFailed(7, {ErrorCode::kUnsupported, "cannot"});
  EXPECT_TRUE(policy_->NextMoves(10).empty());
  EXPECT_EQ(policy_->Report().migration.failed, 0u);
}

TEST_F(FormPolicyTest, ForgetsASampleThatIsGone) {
  MakeAndRead();
  Windows(2, kFastDisk);
  ASSERT_TRUE(Has(policy_->NextMoves(kSamples), 7));
  policy_->NoteMoveFailed(7, {ErrorCode::kNotFound, "gone"});
  EXPECT_FALSE(Has(policy_->NextMoves(kSamples), 7));
  EXPECT_EQ(policy_->Report().samples_known, kSamples - 1);
  EXPECT_EQ(policy_->Report().migration.waiting, kSamples - 1);
  kept_.erase(7);
  CarryOut();
  Window(kFastDisk);
  EXPECT_EQ(policy_->Report().state, PolicyState::kSettled);
}

TEST_F(FormPolicyTest, FindsOutWhatIsGoneThoughNobodyReadsIt) {
  std::set<uint64_t> gone;
  parts()->is_there = [&](uint64_t sample) { return !gone.contains(sample); };
  MakeAndRead();
  for (uint64_t id = 100; id < 150; ++id) gone.insert(id);
  Windows(2 * kSamples / 16, kFastDisk);
  EXPECT_EQ(policy_->Report().samples_known, kSamples - 50);
}

TEST_F(FormPolicyTest, LeavesAloneForAWhileWhatCouldNotBeMoved) {
  MakeAndRead();
  Windows(2, kFastDisk);
  policy_->NoteMoveFailed(7, {ErrorCode::kIo, "7.jpg: the disk is broken"});
  EXPECT_FALSE(Has(policy_->NextMoves(kSamples), 7));
  EXPECT_TRUE(Has(policy_->NextMoves(kSamples), 8));
  const MigrationReport moves = policy_->Report().migration;
  EXPECT_EQ(moves.failed, 1u);
  EXPECT_EQ(moves.last_failure, "7.jpg: the disk is broken");
  EXPECT_EQ(moves.waiting, kSamples);
}

TEST_F(FormPolicyTest, APauseStopsWhoeverMoves) {
  std::vector<bool> told;
  parts()->on_pause = [&](bool paused) { told.push_back(paused); };
  MakeAndRead();
  Windows(2, kFastDisk);
  const FormPolicy::Move move = policy_->NextMoves(1).at(0);
  policy_->Pause();
  EXPECT_TRUE(policy_->NextMoves(1).empty());
  EXPECT_FALSE(policy_->IsStillWanted(move));
  policy_->Resume();
  EXPECT_TRUE(policy_->IsStillWanted(move));
  EXPECT_EQ(told, (std::vector<bool>{true, false}));
}

}  // namespace
}  // namespace tensorfs
