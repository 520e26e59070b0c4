// SPDX-License-Identifier: MIT
#include "policy/migration_share.h"

#include <gtest/gtest.h>

#include <thread>
#include <vector>

namespace tensorfs {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr int64_t kMs = 1'000'000;

class MigrationShareTest : public testing::Test {
 protected:
  MigrationShare Make(const MigrationShare::Limits& limits) {
    return MigrationShare(limits, [this] { return now_; });
  }

  // The CPU milliseconds that moves of `move_ms` get in so many seconds, started whenever allowed.
  int64_t Used(MigrationShare& share, int length_s, int64_t move_ms, int64_t move_bytes = 0) {
    int64_t used_ms = 0;
    for (int ms = 0; ms < length_s * 1000; ++ms) {
      if (share.MayStart()) {
        share.Charge(move_ms * kMs, move_bytes);
        used_ms += move_ms;
      }
      now_ += milliseconds(1);
    }
    return used_ms;
  }

  MigrationShare::Clock::time_point now_{seconds(1000)};
};

TEST_F(MigrationShareTest, GivesItsPartOfTheCores) {
  MigrationShare share = Make({.share = 0.25, .cores = 2});
  Used(share, 2, 5);
  EXPECT_NEAR(static_cast<double>(Used(share, 10, 5)), 5000, 20);
  EXPECT_NEAR(share.RecentUse().cpu, 0.25, 0.05);
  EXPECT_EQ(share.RecentUse().disk, 0);
}

TEST_F(MigrationShareTest, LeavesNoMoreThanASecondForLater) {
  MigrationShare share = Make({.share = 0.5, .cores = 4});
  now_ += seconds(1000);
  int64_t used_ms = 0;
  while (share.MayStart()) {
    share.Charge(10 * kMs, 0);
    used_ms += 10;
  }
  EXPECT_NEAR(static_cast<double>(used_ms), 2000, 10);
}

TEST_F(MigrationShareTest, LongMovesHaveToBeMadeUpFor) {
  MigrationShare share = Make({.share = 0.1, .cores = 1});
  share.Charge(1100 * kMs, 0);
  EXPECT_FALSE(share.MayStart());
  EXPECT_NEAR(std::chrono::duration<double>(share.TimeUntilStart()).count(), 10, 0.1);
  now_ += milliseconds(9900);
  EXPECT_FALSE(share.MayStart());
  now_ += milliseconds(200);
  EXPECT_TRUE(share.MayStart());
}

TEST_F(MigrationShareTest, TheScarcerOfCpuAndDiskCounts) {
  MigrationShare share = Make({.share = 0.2, .cores = 8, .bytes_per_s = 10e6});
  Used(share, 2, 1, 100'000);
  EXPECT_NEAR(static_cast<double>(Used(share, 10, 1, 100'000)), 200, 2);
  EXPECT_NEAR(share.RecentUse().disk, 0.2, 0.05);
  share.SetLimits({.share = 0.2, .cores = 8, .bytes_per_s = 0});
  EXPECT_TRUE(share.MayStart());
}

TEST_F(MigrationShareTest, WhatNobodyUsesIsFree) {
  MigrationShare share = Make({.share = 0.25, .cores = 2, .idle_cores = 1.5});
  const int64_t used_ms = Used(share, 10, 5);
  EXPECT_NEAR(static_cast<double>(used_ms), 10 * 1500 + 1500, 20);
  share.SetLimits({.share = 0, .cores = 2, .idle_cores = 2});
  EXPECT_FALSE(share.MayStart()) << "no share means that nothing moves";
}

TEST_F(MigrationShareTest, LittleThatIsIdleIsNoLimit) {
  MigrationShare share = Make({.share = 0.25, .cores = 2, .idle_cores = 0.1});
  EXPECT_NEAR(static_cast<double>(Used(share, 10, 5)), 10 * 500 + 500, 20);
}

TEST_F(MigrationShareTest, MovesThatCanWaitLeaveTheirPartToReads) {
  MigrationShare share = Make({.share = 0.5, .cores = 2});
  share.Charge(600 * kMs, 0);
  EXPECT_TRUE(share.MayStart());
  EXPECT_GT(share.TimeUntilSurplus(), MigrationShare::Clock::duration::zero());
  EXPECT_LE(share.TimeUntilSurplus(), milliseconds(110));
  now_ += milliseconds(110);
  EXPECT_EQ(share.TimeUntilSurplus(), MigrationShare::Clock::duration::zero());
}

TEST_F(MigrationShareTest, WhatWasChargedTooMuchIsGivenBack) {
  MigrationShare share = Make({.share = 0.2, .cores = 1, .bytes_per_s = 1e6});
  share.Charge(500 * kMs, 900'000);
  EXPECT_FALSE(share.MayStart());
  share.Charge(-400 * kMs, -800'000);
  EXPECT_TRUE(share.MayStart());
}

TEST_F(MigrationShareTest, NothingOrAllOfTheMachine) {
  MigrationShare nothing = Make({.share = 0, .cores = 4});
  EXPECT_FALSE(nothing.MayStart());
  EXPECT_EQ(nothing.TimeUntilStart(), MigrationShare::Clock::duration::max());
  MigrationShare all = Make({.share = 1, .cores = 1});
  all.Charge(int64_t{1} << 50, int64_t{1} << 50);
  EXPECT_TRUE(all.MayStart());
}

TEST_F(MigrationShareTest, WithoutKnownLimitsNothingIsHeldBack) {
  MigrationShare share = Make({.share = 0.2});
  share.Charge(1000 * kMs, 1 << 30);
  EXPECT_TRUE(share.MayStart());
  share.SetLimits({.share = 0.2, .cores = 2});
  EXPECT_TRUE(share.MayStart());
  EXPECT_NEAR(static_cast<double>(Used(share, 100, 1)), 40'400, 100);
}

TEST_F(MigrationShareTest, LimitsChangeAtRunTime) {
  MigrationShare share = Make({.share = 0.5, .cores = 2});
  Used(share, 3, 5);
  share.SetLimits({.share = 0.1, .cores = 2});
  EXPECT_EQ(share.limits().share, 0.1);
  EXPECT_NEAR(static_cast<double>(Used(share, 10, 1)), 2000, 20);
  share.SetLimits({.share = 0.5, .cores = 1});
  EXPECT_NEAR(static_cast<double>(Used(share, 10, 1)), 5000, 20);
}

TEST(MigrationShare, IsSharedByThreads) {
  MigrationShare share({.share = 0.5, .cores = 1000});
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&] {
      for (int k = 0; k < 1000; ++k) {
        share.Charge(1, 1);
        share.SetLimits(share.limits());
        EXPECT_TRUE(share.MayStart());
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_GT(share.RecentUse().cpu, 0);
}

}  // namespace
}  // namespace tensorfs
