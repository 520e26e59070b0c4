// SPDX-License-Identifier: MIT
#include "fs/byte_ranges.h"

#include <gtest/gtest.h>

#include <random>
#include <vector>

namespace tensorfs {
namespace {

TEST(ByteRanges, NothingCoversAnEmptyFile) {
  EXPECT_TRUE(ByteRanges().Covers(0));
  EXPECT_FALSE(ByteRanges().Covers(1));
}

TEST(ByteRanges, RepeatedBytesCountOnce) {
  ByteRanges ranges;
  ranges.Add(0, 50);
  ranges.Add(0, 50);
  EXPECT_FALSE(ranges.Covers(100));
}

TEST(ByteRanges, JoinsRangesInAnyOrder) {
  ByteRanges ranges;
  ranges.Add(60, 100);
  ranges.Add(0, 30);
  EXPECT_FALSE(ranges.Covers(100));
  ranges.Add(30, 60);
  EXPECT_TRUE(ranges.Covers(100));
  EXPECT_FALSE(ranges.Covers(101));
}

TEST(ByteRanges, AgreesWithABitForEachByte) {
  std::mt19937 random(7);
  for (int round = 0; round < 300; ++round) {
    ByteRanges ranges;
    std::vector<bool> bits(64);
    for (int i = 0; i < 20; ++i) {
      const size_t begin = random() % bits.size();
      const size_t end = begin + random() % (bits.size() + 1 - begin);
      ranges.Add(begin, end);
      for (size_t at = begin; at < end; ++at) bits[at] = true;
      size_t prefix = 0;
      while (prefix < bits.size() && bits[prefix]) ++prefix;
      ASSERT_TRUE(ranges.Covers(prefix));
      ASSERT_FALSE(ranges.Covers(prefix + 1));
    }
  }
}

}  // namespace
}  // namespace tensorfs
