// SPDX-License-Identifier: MIT
#include "policy/probe_schedule.h"

#include <gtest/gtest.h>

namespace tensorfs {
namespace {

constexpr double kRest = ProbeSchedule::kShortestRestS;

TEST(ProbeSchedule, ProbesAtTheFirstDoubt) {
  ProbeSchedule schedule;
  EXPECT_FALSE(schedule.IsDue(1000, false, 5e6));
  EXPECT_TRUE(schedule.IsDue(1001, true, 5e6));
  EXPECT_FALSE(schedule.IsDue(1002, true, 5e6)) << "it has only begun";
}

TEST(ProbeSchedule, DoubtsThatAreUnfoundedAreProbedEverMoreSeldom) {
  ProbeSchedule schedule;
  int probes = 0;
  for (int second = 0; second < 3600; ++second) probes += schedule.IsDue(second, true, 5e6) ? 1 : 0;
  EXPECT_GE(probes, 10);
  EXPECT_LE(probes, 15);
}

TEST(ProbeSchedule, AnotherCapacityStartsOver) {
  ProbeSchedule schedule;
  double now_s = 0;
  for (; now_s < 1000; now_s += kRest) schedule.IsDue(now_s, true, 5e6);
  EXPECT_FALSE(schedule.IsDue(now_s, false, 5e6));
  EXPECT_FALSE(schedule.IsDue(now_s, true, 50e6)) << "the last probe is not that long ago";
  now_s += ProbeSchedule::kLongestRestS;
  EXPECT_TRUE(schedule.IsDue(now_s, true, 50e6));
  EXPECT_TRUE(schedule.IsDue(now_s + kRest, true, 5e6)) << "had just changed";
}

}  // namespace
}  // namespace tensorfs
