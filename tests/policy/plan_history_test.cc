// SPDX-License-Identifier: MIT
#include "policy/plan_history.h"

#include <gtest/gtest.h>

namespace tensorfs {
namespace {

PlanChange Because(const std::string& reason) {
  PlanChange change;
  change.reason = reason;
  return change;
}

TEST(PlanHistory, FollowsTheLatestChange) {
  PlanHistory history;
  history.NoteMoved(5);  // of no plan
  history.NoteSettled(100);
  EXPECT_TRUE(history.Changes().empty());
  history.Add(Because("a"), 100);
  history.NoteMoved(5);
  history.NoteMoved(11);
  history.NoteSettled(150);
  history.Add(Because("b"), 150);
  history.NoteMoved(1);
  const std::vector<PlanChange> changes = history.Changes();
  ASSERT_EQ(changes.size(), 2u);
  EXPECT_EQ(changes[0].moved, 11u);
  EXPECT_DOUBLE_EQ(changes[0].achieved_gain.value(), 0.5);
  EXPECT_EQ(changes[1].moved, 1u);
  EXPECT_FALSE(changes[1].achieved_gain.has_value());
}

TEST(PlanHistory, TellsNoGainOverNothing) {
  PlanHistory history;
  history.Add({}, 0);
  history.NoteSettled(150);
  EXPECT_FALSE(history.Changes()[0].achieved_gain.has_value());
}

TEST(PlanHistory, KeepsTheLatestAndCountsAll) {
  PlanHistory history;
  for (size_t i = 0; i < PlanHistory::kKept + 10; ++i) {
    history.Add(Because(std::to_string(i)), 1);
  }
  EXPECT_EQ(history.changes(), PlanHistory::kKept + 10);
  ASSERT_EQ(history.Changes().size(), PlanHistory::kKept);
  EXPECT_EQ(history.Changes().front().reason, "10");
}

}  // namespace
}  // namespace tensorfs
