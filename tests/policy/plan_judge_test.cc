// SPDX-License-Identifier: MIT
#include "policy/plan_judge.h"

#include <gtest/gtest.h>

#include <limits>

namespace tensorfs {
namespace {

// 1.4 times as fast, for moves that one epoch pays.
constexpr PlanOutlook kGood = {.target_s = 14, .plan_s = 10, .move_s = 4};

TEST(PlanJudge, TakesAPlanThatTwoWindowsAgreeOn) {
  PlanJudge judge;
  EXPECT_EQ(judge.Judge(kGood, {}), Verdict::kConfirm);
  EXPECT_EQ(judge.Judge(kGood, {}), Verdict::kTake);
  // The next one starts anew.
  EXPECT_EQ(judge.Judge(kGood, {}), Verdict::kConfirm);
}

TEST(PlanJudge, AWindowThatDisagreesStartsOver) {
  PlanJudge judge;
  PlanOutlook close = kGood;
  close.target_s = 10.5;
  for (int i = 0; i < 5; ++i) {
    EXPECT_EQ(judge.Judge(kGood, {}), Verdict::kConfirm);
    EXPECT_EQ(judge.Judge(close, {}), Verdict::kGoodEnough);
  }
}

TEST(PlanJudge, AMuchBetterPlanNeedsNoSecondWindow) {
  PlanOutlook outlook = kGood;
  outlook.target_s = 16;
  EXPECT_EQ(PlanJudge().Judge(outlook, {}), Verdict::kConfirm) << "nothing is done meanwhile";
  outlook.replaces_plan = true;
  EXPECT_EQ(PlanJudge().Judge(outlook, {}), Verdict::kTake);
}

TEST(PlanJudge, PromisesThatAreNotKeptMakeTheNextOnesHarder) {
  PlanJudge judge;
  const PlanOutlook outlook{.target_s = 11.5, .plan_s = 10};
  EXPECT_EQ(judge.Judge(outlook, {}), Verdict::kConfirm);
  judge.NoteOutcome(0.15, 0.02);
  EXPECT_EQ(judge.Judge(outlook, {}), Verdict::kGoodEnough) << "20 % are asked for now";
  EXPECT_EQ(judge.Judge(kGood, {}), Verdict::kConfirm);
  judge.NoteOutcome(0.4, 0.1);
  judge.NoteOutcome(0.4, 0.1);
  EXPECT_EQ(judge.Judge(kGood, {}), Verdict::kGoodEnough);
  judge.NoteOutcome(0.4, 0.3);
  EXPECT_EQ(judge.Judge(outlook, {}), Verdict::kConfirm) << "a promise was kept";
  judge.NoteOutcome(0.15, 0);
  judge.Forget();
  EXPECT_EQ(judge.Judge(outlook, {}), Verdict::kTake) << "another machine";
}

TEST(PlanJudge, TheDeadBandIsAGainInRate) {
  PlanOutlook outlook{.target_s = 10.9, .plan_s = 10};
  EXPECT_NEAR(GainOf(outlook), 0.09, 1e-9);
  EXPECT_EQ(PlanJudge().Judge(outlook, {.dead_band = 0.1}), Verdict::kGoodEnough);
  EXPECT_EQ(PlanJudge().Judge(outlook, {.dead_band = 0.08}), Verdict::kConfirm);
  outlook.target_s = 9;  // the present mix is better: limits have changed since, perhaps
  EXPECT_EQ(PlanJudge().Judge(outlook, {.dead_band = 0}), Verdict::kGoodEnough);
}

TEST(PlanJudge, MovesMustPayOverTheExpectedReads) {
  PlanOutlook outlook = kGood;
  outlook.move_s = 40;
  EXPECT_EQ(PlanJudge().Judge(outlook, {.expected_rereads = 9}), Verdict::kNotPaid);
  EXPECT_EQ(PlanJudge().Judge(outlook, {.expected_rereads = 10}), Verdict::kConfirm);
  EXPECT_EQ(PlanJudge().Judge(outlook, {.expected_rereads = 0}), Verdict::kNotPaid);
}

TEST(PlanJudge, ReadersThatDoNotWaitGainNothing) {
  PlanOutlook outlook = kGood;
  outlook.waiting_share = 0.29;
  EXPECT_EQ(PlanJudge().Judge(outlook, {}), Verdict::kReaderBound);
  outlook.over_limit = true;  // what does not fit has to go all the same
  EXPECT_EQ(PlanJudge().Judge(outlook, {}), Verdict::kConfirm);
  outlook.over_limit = false;
  outlook.waiting_share = 0.31;
  EXPECT_EQ(PlanJudge().Judge(outlook, {}), Verdict::kConfirm);
}

TEST(PlanJudge, APlanThatDoesNotFitIsReplacedByASlowerOne) {
  PlanJudge judge;
  const PlanOutlook outlook{.target_s = 10, .plan_s = 20, .move_s = 1e6, .over_limit = true};
  EXPECT_EQ(judge.Judge(outlook, {}), Verdict::kConfirm);
  EXPECT_EQ(judge.Judge(outlook, {}), Verdict::kTake);
}

TEST(PlanJudge, LeavesAMixThatCannotBeServed) {
  constexpr double kForever = std::numeric_limits<double>::infinity();
  const PlanOutlook outlook{.target_s = kForever, .plan_s = 20, .move_s = 100};
  EXPECT_EQ(PlanJudge().Judge(outlook, {}), Verdict::kConfirm);
  // Nothing can be done about a machine that serves nothing.
  const PlanOutlook dead{.target_s = kForever, .plan_s = kForever, .move_s = 100};
  EXPECT_NE(PlanJudge().Judge(dead, {}), Verdict::kConfirm);
  EXPECT_EQ(PlanJudge().Judge({}, {}), Verdict::kGoodEnough);
}

}  // namespace
}  // namespace tensorfs
