// SPDX-License-Identifier: MIT
#include "fs/tensors_in_flight.h"

#include <gtest/gtest.h>

#include <atomic>
#include <latch>
#include <thread>
#include <vector>

namespace tensorfs {
namespace {

using FilePtr = TensorsInFlight::FilePtr;
using Key = TensorsInFlight::Key;

constexpr Key kKey{.inode = 7, .source_stamp = 1};
constexpr auto kEver = TensorsInFlight::Clock::time_point::max();

FilePtr MakeFile(MemoryBudget& budget, size_t bytes) {
  auto file = std::make_shared<FinishedFile>();
  file->lease = std::move(*budget.Acquire(bytes));
  const auto data = std::make_shared<uint8_t[]>(bytes);
  file->bytes = {data.get(), bytes};
  file->owner = data;
  return file;
}

class TensorsInFlightTest : public testing::Test {
 protected:
  Result<FilePtr> Get(const Key& key, size_t bytes = 100) {
    return in_flight_.GetOrMake(key, [&, bytes]() -> Result<FilePtr> {
      ++made_;
      return MakeFile(budget_, bytes);
    });
  }

  MemoryBudget budget_{1000};
  TensorsInFlight in_flight_;
  std::atomic<int> made_ = 0;
};

TEST_F(TensorsInFlightTest, KeepsAFileUntilItsLastByteIsHandedOut) {
  ASSERT_TRUE(Get(kKey));
  EXPECT_TRUE(in_flight_.HandedOut(kKey, 0, 60));
  ASSERT_TRUE(Get(kKey));
  EXPECT_EQ(made_, 1);
  EXPECT_FALSE(in_flight_.HandedOut(kKey, 60, 100));
  EXPECT_EQ(in_flight_.size(), 0u);
  EXPECT_EQ(budget_.used_bytes(), 0u);
}

TEST_F(TensorsInFlightTest, AnotherVersionOfTheSourceIsAnotherFile) {
  ASSERT_TRUE(Get(kKey));
  ASSERT_TRUE(Get({.inode = 7, .source_stamp = 2}));
  EXPECT_EQ(made_, 2);
}

TEST_F(TensorsInFlightTest, OneMakesItForAllThatAskMeanwhile) {
  constexpr int kReaders = 16;
  std::latch asked(1);
  std::vector<std::thread> threads;
  threads.emplace_back([&] {
    in_flight_.GetOrMake(kKey, [&]() -> Result<FilePtr> {
      asked.wait();
      ++made_;
      return MakeFile(budget_, 100);
    });
  });
  while (in_flight_.size() == 0) std::this_thread::yield();
  for (int i = 1; i < kReaders; ++i) threads.emplace_back([&] { EXPECT_TRUE(Get(kKey)); });
  asked.count_down();
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(made_, 1);
}

TEST_F(TensorsInFlightTest, AFailureIsToldToAllAndNotKept) {
  std::latch fail(1);
  std::atomic<int> failures = 0;
  const auto make = [&]() -> Result<FilePtr> {
    fail.wait();
    ++made_;
    return Fail(ErrorCode::kCorrupt, "bad");
  };
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&] {
      const Result<FilePtr> file = in_flight_.GetOrMake(kKey, make);
      if (!file && file.error().message == "bad") ++failures;
    });
  }
  fail.count_down();
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(failures, 4);
  EXPECT_EQ(in_flight_.size(), 0u);
  EXPECT_TRUE(Get(kKey));
}

TEST_F(TensorsInFlightTest, ReclaimsWhatWasUsedLongestAgoFirst) {
  for (Inode inode = 2; inode < 5; ++inode) ASSERT_TRUE(Get({inode, 1}));
  ASSERT_TRUE(Get({2, 1}));
  in_flight_.Reclaim(150, kEver);
  EXPECT_EQ(in_flight_.size(), 1u);
  EXPECT_EQ(budget_.used_bytes(), 100u);
  made_ = 0;
  ASSERT_TRUE(Get({2, 1}));
  EXPECT_EQ(made_, 0);
}

TEST_F(TensorsInFlightTest, DoesNotReclaimWhatIsBeingRead) {
  ASSERT_TRUE(Get({2, 1}));
  const auto between = TensorsInFlight::Clock::now();
  ASSERT_TRUE(Get({3, 1}));
  in_flight_.Reclaim(1000, between);
  EXPECT_EQ(in_flight_.size(), 1u);
  made_ = 0;
  ASSERT_TRUE(Get({3, 1}));
  EXPECT_EQ(made_, 0);
}

TEST_F(TensorsInFlightTest, AReclaimedFileLivesAsLongAsItsReaders) {
  Result<FilePtr> file = Get(kKey);
  ASSERT_TRUE(file);
  in_flight_.Reclaim(1000, kEver);
  EXPECT_EQ(in_flight_.size(), 0u);
  EXPECT_EQ(budget_.used_bytes(), 100u);
  EXPECT_EQ((*file)->bytes.size(), 100u);
  file->reset();
  EXPECT_EQ(budget_.used_bytes(), 0u);
}

TEST_F(TensorsInFlightTest, DropsWhatNobodyFinishesReading) {
  ASSERT_TRUE(Get({2, 1}));
  const auto between = TensorsInFlight::Clock::now();
  ASSERT_TRUE(Get({3, 1}));
  in_flight_.DropUnusedSince(between);
  EXPECT_EQ(in_flight_.size(), 1u);
  in_flight_.DropUnusedSince(TensorsInFlight::Clock::time_point::max());
  EXPECT_EQ(in_flight_.size(), 0u);
  EXPECT_EQ(budget_.used_bytes(), 0u);
}

TEST_F(TensorsInFlightTest, NeverDropsAFileThatIsBeingMade) {
  std::latch started(1);
  std::latch finish(1);
  std::thread maker([&] {
    const Result<FilePtr> file = in_flight_.GetOrMake(kKey, [&]() -> Result<FilePtr> {
      started.count_down();
      finish.wait();
      return MakeFile(budget_, 100);
    });
    EXPECT_TRUE(file);
  });
  started.wait();
  in_flight_.Reclaim(1000, kEver);
  in_flight_.DropUnusedSince(TensorsInFlight::Clock::time_point::max());
  EXPECT_EQ(in_flight_.size(), 1u);
  finish.count_down();
  maker.join();
}

}  // namespace
}  // namespace tensorfs
