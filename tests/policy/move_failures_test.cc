// SPDX-License-Identifier: MIT
#include "policy/move_failures.h"

#include <gtest/gtest.h>

namespace tensorfs {
namespace {

TEST(MoveFailures, LeavesASampleAloneTheLongerTheOftenerItFails) {
  MoveFailures failures;
  auto now = MoveFailures::Clock::now();
  EXPECT_FALSE(failures.IsLeftAlone(1, now));
  MoveFailures::Clock::duration last{0};
  for (int i = 0; i < 20; ++i) {
    failures.Note(1, "try " + std::to_string(i), now);
    const auto begin = now;
    while (failures.IsLeftAlone(1, now)) now += std::chrono::seconds(5);
    EXPECT_GE(now - begin, last);
    last = now - begin;
  }
  EXPECT_EQ(last, MoveFailures::kLongest);
  EXPECT_FALSE(failures.IsLeftAlone(2, now));
  EXPECT_EQ(failures.samples(), 1u);
  EXPECT_EQ(failures.attempts(), 20u);
  EXPECT_EQ(failures.last(), "try 19");
}

TEST(MoveFailures, ForgetsThoseThatWereMoved) {
  MoveFailures failures;
  const auto now = MoveFailures::Clock::now();
  failures.Note(1, "", now);
  failures.Note(1, "", now);
  failures.Forget(1);
  EXPECT_EQ(failures.samples(), 0u);
  failures.Note(1, "", now);
  EXPECT_TRUE(failures.IsLeftAlone(1, now));
  EXPECT_FALSE(failures.IsLeftAlone(1, now + MoveFailures::kShortest)) << "begins anew";
}

}  // namespace
}  // namespace tensorfs
