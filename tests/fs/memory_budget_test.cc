// SPDX-License-Identifier: MIT
#include "fs/memory_budget.h"

#include <gtest/gtest.h>

#include <atomic>
#include <optional>
#include <random>
#include <thread>
#include <vector>

namespace tensorfs {
namespace {

TEST(MemoryBudget, CountsWhatIsLeased) {
  MemoryBudget budget(100);
  {
    Result<MemoryBudget::Lease> lease = budget.Acquire(60);
    ASSERT_TRUE(lease);
    EXPECT_EQ(budget.used_bytes(), 60u);
    lease->ShrinkTo(10);
    EXPECT_EQ(budget.used_bytes(), 10u);
    const MemoryBudget::Lease moved = std::move(*lease);
    EXPECT_EQ(moved.bytes(), 10u);
    EXPECT_EQ(budget.used_bytes(), 10u);
  }
  EXPECT_EQ(budget.used_bytes(), 0u);
  EXPECT_EQ(budget.peak_bytes(), 60u);
}

TEST(MemoryBudget, AssigningALeaseEndsTheOldOne) {
  MemoryBudget budget(100);
  MemoryBudget::Lease lease = std::move(*budget.Acquire(60));
  {
    MemoryBudget::Lease other = std::move(*budget.Acquire(30));
    lease = std::move(other);
  }
  EXPECT_EQ(budget.used_bytes(), 30u);
}

TEST(MemoryBudget, RefusesMoreThanTheWholeWithBothNumbers) {
  constexpr size_t kLimitBytes = size_t{2} << 20;
  MemoryBudget budget(kLimitBytes);
  const Result<MemoryBudget::Lease> lease = budget.Acquire(kLimitBytes + 1);
  ASSERT_FALSE(lease);
  EXPECT_EQ(lease.error().code, ErrorCode::kTooLarge);
  EXPECT_EQ(lease.error().message, "needs 3 MiB of memory, the whole budget is 2 MiB");
  EXPECT_TRUE(budget.Acquire(kLimitBytes));
}

TEST(MemoryBudget, WaitsUntilBytesAreGivenBack) {
  MemoryBudget budget(100);
  std::atomic<int> waiting = 0;
  budget.SetReclaimer([&](size_t) {
    ++waiting;
    waiting.notify_all();
  });
  std::optional<MemoryBudget::Lease> held(std::move(*budget.Acquire(80)));
  std::atomic<bool> released = false;
  bool released_first = false;
  std::thread waiter([&] {
    const Result<MemoryBudget::Lease> lease = budget.Acquire(50);
    released_first = released;
  });
  waiting.wait(0);
  released = true;
  held.reset();
  waiter.join();
  EXPECT_TRUE(released_first);
}

TEST(MemoryBudget, AsksTheReclaimerForWhatIsMissing) {
  MemoryBudget budget(100);
  std::optional<MemoryBudget::Lease> idle(std::move(*budget.Acquire(80)));
  std::vector<size_t> asked;
  budget.SetReclaimer([&](size_t bytes) {
    asked.push_back(bytes);
    idle.reset();
  });
  EXPECT_TRUE(budget.Acquire(50));
  EXPECT_EQ(asked, std::vector<size_t>{30});
}

TEST(MemoryBudget, AsksTheReclaimerAgainWhenThereIsMoreToFind) {
  MemoryBudget budget(100);
  std::mutex mutex;
  std::optional<MemoryBudget::Lease> idle;
  std::atomic<int> asked = 0;
  budget.SetReclaimer([&](size_t) {
    std::lock_guard lock(mutex);
    idle.reset();
    ++asked;
    asked.notify_all();
  });
  MemoryBudget::Lease busy = std::move(*budget.Acquire(80));
  std::thread waiter([&] { EXPECT_TRUE(budget.Acquire(50)); });
  asked.wait(0);
  {
    std::lock_guard lock(mutex);
    idle.emplace(std::move(busy));
  }
  waiter.join();
  EXPECT_GE(asked, 2);
}

// A request that fits must not overtake a larger one that waits; otherwise a stream of small ones
// would starve it.
TEST(MemoryBudget, ServesInOrderOfArrival) {
  MemoryBudget budget(100);
  std::optional<MemoryBudget::Lease> held(std::move(*budget.Acquire(60)));
  std::atomic<int> waiting = 0;
  budget.SetReclaimer([&](size_t) {
    ++waiting;
    waiting.notify_all();
  });
  std::atomic<int> order = 0;
  int large = 0;
  int small = 0;
  std::thread first([&] {
    const Result<MemoryBudget::Lease> lease = budget.Acquire(100);
    large = ++order;
  });
  waiting.wait(0);
  std::thread second([&] {
    const Result<MemoryBudget::Lease> lease = budget.Acquire(10);
    small = ++order;
  });
  held.reset();
  first.join();
  second.join();
  EXPECT_EQ(large, 1);
  EXPECT_EQ(small, 2);
}

TEST(MemoryBudget, ManyThreadsNeverExceedIt) {
  MemoryBudget budget(1000);
  std::atomic<size_t> used = 0;
  std::atomic<bool> exceeded = false;
  std::vector<std::thread> threads;
  for (unsigned t = 0; t < 16; ++t) {
    threads.emplace_back([&, t] {
      std::mt19937 random(t);
      for (int i = 0; i < 500; ++i) {
        const size_t bytes = 1 + random() % 1000;
        Result<MemoryBudget::Lease> lease = budget.Acquire(bytes);
        if (used.fetch_add(bytes) + bytes > 1000) exceeded = true;
        used.fetch_sub(bytes);
        lease->ShrinkTo(bytes / 2);
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_FALSE(exceeded);
  EXPECT_EQ(budget.used_bytes(), 0u);
  EXPECT_LE(budget.peak_bytes(), 1000u);
}

TEST(MemoryBudget, SplitsLeases) {
  MemoryBudget budget(100);
  auto whole = std::make_optional(std::move(*budget.Acquire(60)));
  MemoryBudget::Lease part = whole->Split(20);
  EXPECT_EQ(budget.used_bytes(), 60u);
  whole.reset();
  EXPECT_EQ(budget.used_bytes(), 20u);
  part.ShrinkTo(5);
  EXPECT_EQ(budget.used_bytes(), 5u);
}

TEST(MemoryBudget, GivesWhatIsFreeNowOrNothing) {
  MemoryBudget budget(100);
  const auto most = budget.Acquire(90);
  EXPECT_FALSE(budget.TryAcquire(11).has_value());
  EXPECT_TRUE(budget.TryAcquire(10).has_value());
  EXPECT_FALSE(budget.TryAcquire(101).has_value());
  EXPECT_EQ(budget.used_bytes(), 90u);
}

TEST(MemoryBudget, LivesAsLongAsItsLeases) {
  std::optional<MemoryBudget> budget(100);
  MemoryBudget same = *budget;
  auto lease = budget->Acquire(60);
  budget.reset();
  EXPECT_EQ(same.used_bytes(), 60u);
  lease->ShrinkTo(0);
  EXPECT_EQ(same.used_bytes(), 0u);
}

}  // namespace
}  // namespace tensorfs
