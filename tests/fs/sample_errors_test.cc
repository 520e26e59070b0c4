// SPDX-License-Identifier: MIT
#include "fs/sample_errors.h"

#include <gtest/gtest.h>

namespace tensorfs {
namespace {

TEST(SampleErrors, ACauseIsNewsOnce) {
  SampleErrors errors;
  EXPECT_TRUE(errors.Remember(7, "truncated"));
  EXPECT_FALSE(errors.Remember(7, "truncated"));
  EXPECT_TRUE(errors.Remember(8, "truncated"));
  EXPECT_TRUE(errors.Remember(7, "corrupt"));
  EXPECT_EQ(errors.Find(7), "corrupt");
}

TEST(SampleErrors, SuccessClearsIt) {
  SampleErrors errors;
  errors.Remember(7, "truncated");
  errors.Clear(7);
  EXPECT_EQ(errors.Find(7), std::nullopt);
  EXPECT_TRUE(errors.Remember(7, "truncated"));
}

TEST(SampleErrors, ForgetsTheOldestBeyondItsCapacity) {
  SampleErrors errors(2);
  errors.Remember(1, "a");
  errors.Remember(2, "b");
  errors.Remember(3, "c");
  EXPECT_EQ(errors.Find(1), std::nullopt);
  EXPECT_EQ(errors.Find(2), "b");
  EXPECT_EQ(errors.Find(3), "c");
}

}  // namespace
}  // namespace tensorfs
