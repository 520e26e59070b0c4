// SPDX-License-Identifier: MIT
#include "policy/background_mover.h"

#include <gtest/gtest.h>
#include <sched.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <deque>
#include <thread>
#include <vector>

namespace tensorfs {
namespace {

// Idle threads get next to nothing on a busy machine.
bool Eventually(const std::function<bool()>& condition) {
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::minutes(2);
  while (!condition()) {
    if (std::chrono::steady_clock::now() > deadline) return false;
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
  return true;
}

// Samples to be moved, and those that were.
class Samples {
 public:
  void Add(uint64_t sample) {
    std::lock_guard lock(mutex_);
    left_.push_back(sample);
  }

  BackgroundMover::Next Next() {
    return [this]() -> std::optional<BackgroundMover::Target> {
      std::lock_guard lock(mutex_);
      ++asked_;
      if (left_.empty()) return std::nullopt;
      const uint64_t sample = left_.front();
      left_.pop_front();
      return BackgroundMover::Target{sample, {.stage = 1, .encoding = Encoding::kZstd}};
    };
  }

  BackgroundMover::MoveTo Move() {
    return [this](const BackgroundMover::Target& target) -> Result<bool> {
      EXPECT_EQ(target.form.encoding, Encoding::kZstd);
      std::lock_guard lock(mutex_);
      moved_.push_back(target.sample);
      return true;
    };
  }

  std::vector<uint64_t> moved() const {
    std::lock_guard lock(mutex_);
    return moved_;
  }
  int asked() const {
    std::lock_guard lock(mutex_);
    return asked_;
  }

 private:
  mutable std::mutex mutex_;
  std::deque<uint64_t> left_;
  std::vector<uint64_t> moved_;
  int asked_ = 0;
};

class BackgroundMoverTest : public testing::Test {
 protected:
  using State = BackgroundMover::State;

  MigrationShare share_{{.share = 0.5}};
  Samples samples_;
};

TEST_F(BackgroundMoverTest, MovesWhatItIsGivenInOrderAndThenWaitsToBeTold) {
  for (uint64_t i = 0; i < 20; ++i) samples_.Add(i);
  BackgroundMover mover(&share_, samples_.Next(), samples_.Move());
  EXPECT_TRUE(Eventually([&] { return mover.Now().moved == 20; }));
  EXPECT_TRUE(Eventually([&] { return mover.Now().state == State::kNothingToDo; }));
  const int asked = samples_.asked();
  samples_.Add(20);
  std::this_thread::sleep_for(std::chrono::milliseconds(20));
  EXPECT_EQ(samples_.asked(), asked);
  mover.Notify();
  EXPECT_TRUE(Eventually([&] { return mover.Now().moved == 21; }));
  const std::vector<uint64_t> moved = samples_.moved();
  for (uint64_t i = 0; i < moved.size(); ++i) EXPECT_EQ(moved[i], i);
}

TEST_F(BackgroundMoverTest, HasIdlePriority) {
  samples_.Add(1);
  std::atomic<int> scheduler{-1};
  std::atomic<long> io_priority{-1};
  BackgroundMover mover(&share_, samples_.Next(), [&](const auto&) -> Result<bool> {
    scheduler = sched_getscheduler(0);
    constexpr int kOfThread = 1;
    io_priority = syscall(SYS_ioprio_get, kOfThread, 0);
    return true;
  });
  EXPECT_TRUE(Eventually([&] { return mover.Now().moved == 1; }));
  EXPECT_EQ(scheduler, SCHED_IDLE);
  EXPECT_EQ(io_priority >> 13, 3);
}

TEST_F(BackgroundMoverTest, BeginsNothingWhilePaused) {
  BackgroundMover mover(&share_, samples_.Next(), samples_.Move());
  mover.Pause(true);
  EXPECT_TRUE(Eventually([&] { return mover.Now().state == State::kPaused; }));
  for (uint64_t i = 0; i < 5; ++i) samples_.Add(i);
  mover.Notify();
  std::this_thread::sleep_for(std::chrono::milliseconds(20));
  EXPECT_EQ(samples_.moved().size(), 0u);
  EXPECT_EQ(mover.Now().state, State::kPaused);
  mover.Pause(false);
  EXPECT_TRUE(Eventually([&] { return mover.Now().moved == 5; }));
}

TEST_F(BackgroundMoverTest, WaitsWhileTheShareIsUsedUp) {
  std::atomic<int64_t> now_s{1000};
  MigrationShare share({.share = 0.1, .cores = 1}, [&] {
    return MigrationShare::Clock::time_point(std::chrono::seconds(now_s));
  });
  share.Charge(2'000'000'000, 0);
  samples_.Add(1);
  BackgroundMover mover(&share, samples_.Next(), samples_.Move());
  EXPECT_TRUE(Eventually([&] { return mover.Now().state == State::kShareUsedUp; }));
  EXPECT_EQ(samples_.moved().size(), 0u);
  now_s += 30;
  EXPECT_TRUE(Eventually([&] { return mover.Now().moved == 1; }));
}

TEST_F(BackgroundMoverTest, ChargesWhatItsThreadHasUsed) {
  MigrationShare share({.share = 0.01, .cores = 1});
  for (uint64_t i = 0; i < 3; ++i) samples_.Add(i);
  std::atomic<int> moves{0};
  {
    BackgroundMover mover(&share, samples_.Next(), [&](const auto&) -> Result<bool> {
      ++moves;
      timespec used;
      do {
        clock_gettime(CLOCK_THREAD_CPUTIME_ID, &used);
      } while (used.tv_sec == 0 && used.tv_nsec < 100'000'000);
      return true;
    });
    EXPECT_TRUE(Eventually([&] { return mover.Now().state == State::kShareUsedUp; }));
    EXPECT_GT(mover.Now().cpu_ns, 90'000'000u);
  }
  EXPECT_EQ(moves, 1);
  EXPECT_GT(share.RecentUse().cpu, 0);
}

TEST_F(BackgroundMoverTest, RestsWhenTheStoreRefuses) {
  for (uint64_t i = 0; i < 100; ++i) samples_.Add(i);
  BackgroundMover mover(&share_, samples_.Next(), [](const auto& target) -> Result<bool> {
    if (target.sample == 0) return false;
    if (target.sample == 1) return Fail(ErrorCode::kUnsupported, "cannot take it");
    if (target.sample == 2) return Fail(ErrorCode::kCorrupt, "broken");
    return Fail(ErrorCode::kTooLarge, "full");
  });
  EXPECT_TRUE(Eventually([&] { return mover.Now().state == State::kRefused; }));
  const BackgroundMover::Stats stats = mover.Now();
  EXPECT_EQ(stats.moved, 0u);
  EXPECT_EQ(stats.unsuited, 1u);
  EXPECT_GE(stats.failed, 2u);
  EXPECT_LT(stats.failed, 20u);
}

TEST_F(BackgroundMoverTest, EndsWhileItRestsOrWaits) {
  for (int i = 0; i < 50; ++i) {
    BackgroundMover mover(&share_, samples_.Next(), samples_.Move());
    if (i % 2 == 0) mover.Pause(true);
    if (i % 3 == 0) mover.Notify();
  }
}

}  // namespace
}  // namespace tensorfs
