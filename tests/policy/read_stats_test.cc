// SPDX-License-Identifier: MIT
#include "policy/read_stats.h"

#include <gtest/gtest.h>

#include <thread>
#include <vector>

namespace tensorfs {
namespace {

TEST(ReadStats, StartsAtZero) {
  const ReadStatsSnapshot snapshot = ReadStats().Snapshot();
  EXPECT_EQ(snapshot.reads, 0u);
  EXPECT_EQ(snapshot.samples, 0u);
  EXPECT_EQ(snapshot.sample_errors, 0u);
  EXPECT_EQ(snapshot.samples_per_s, 0.0);
  EXPECT_EQ(snapshot.cpu_us_per_sample, 0.0);
}

TEST(ReadStats, AddsUpCostsFromManyThreads) {
  ReadStats stats;
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&stats] {
      for (int i = 0; i < 1000; ++i) {
        stats.CountSample({.origin = Origin::kSource,
                           .read_bytes = 3,
                           .tensor_bytes = 5,
                           .cpu_ns = 7,
                           .wall_ns = 11});
        stats.CountReply(2);
        stats.CountSampleError();
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  const ReadStatsSnapshot snapshot = stats.Snapshot();
  EXPECT_EQ(snapshot.reads, 4000u);
  EXPECT_EQ(snapshot.bytes_served, 8000u);
  EXPECT_EQ(snapshot.samples, 4000u);
  EXPECT_EQ(snapshot.source_bytes, 12000u);
  EXPECT_EQ(snapshot.cpu_ns, 28000u);
  EXPECT_EQ(snapshot.sample_errors, 4000u);
}

}  // namespace
}  // namespace tensorfs
