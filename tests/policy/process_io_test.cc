// SPDX-License-Identifier: MIT
#include "policy/process_io.h"

#include <gtest/gtest.h>

#include "fake_proc.h"

namespace tensorfs {
namespace {

constexpr uint64_t kMiB = uint64_t{1} << 20;

TEST(BytesFromDevices, AreWhatTheKernelCounts) {
  const FakeProc proc;
  EXPECT_FALSE(BytesFromDevices(proc.root()).has_value());
  proc.Write("/proc/self/io", "rchar: 99\nwchar: 7\nsyscr: 1\nread_bytes: 4096\nwrite_bytes: 0\n");
  EXPECT_EQ(BytesFromDevices(proc.root()), 4096u);
  proc.Write("/proc/self/io", "rchar: 99\nread_bytes: many\n");
  EXPECT_FALSE(BytesFromDevices(proc.root()).has_value());
}

TEST(MissShare, IsAllUntilEnoughWasRead) {
  MissShare misses;
  EXPECT_EQ(misses.share(), 1);
  misses.Update(1000, 0);
  misses.Update(2000, 0);
  EXPECT_EQ(misses.share(), 1);
  misses.Update(100 * kMiB, std::nullopt);
  misses.Update(200 * kMiB, std::nullopt);
  EXPECT_EQ(misses.share(), 1) << "the kernel does not tell";
}

TEST(MissShare, IsOfTheRecentReads) {
  MissShare misses;
  misses.Update(0, 0);
  misses.Update(100 * kMiB, 25 * kMiB);
  EXPECT_NEAR(misses.share(), 0.25, 1e-9);
  for (uint64_t i = 2; i < 40; ++i) misses.Update(i * 100 * kMiB, 25 * kMiB);
  EXPECT_LT(misses.share(), 0.11) << "all came to lie in memory";
  EXPECT_GT(misses.share(), 0) << "which may not last";
}

TEST(MissShare, WhatIsSkippedDoesNotCount) {
  MissShare misses;
  misses.Update(0, 0);
  misses.Update(100 * kMiB, 10 * kMiB);
  misses.Skip();
  misses.Update(500 * kMiB, 400 * kMiB);
  EXPECT_NEAR(misses.share(), 0.1, 1e-9);
  misses.Update(600 * kMiB, 410 * kMiB);
  EXPECT_NEAR(misses.share(), 0.1, 1e-9);
}

TEST(MissShare, ReadAheadIsNoMoreThanAll) {
  MissShare misses;
  misses.Update(0, 0);
  misses.Update(10 * kMiB, 40 * kMiB);
  EXPECT_EQ(misses.share(), 1);
}

}  // namespace
}  // namespace tensorfs
