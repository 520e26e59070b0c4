// SPDX-License-Identifier: MIT
#include "policy/policy_settings.h"

#include <gtest/gtest.h>

#include <limits>

namespace tensorfs {
namespace {

constexpr PolicySettings kBefore = {.migrate_share = 0.2,
                                    .window_s = 10,
                                    .dead_band = 0.1,
                                    .expected_rereads = 10,
                                    .store_limit_bytes = 1 << 30,
                                    .cache_limit_bytes = {}};

TEST(PolicySettings, APatchChangesWhatItNamesAndNothingElse) {
  const auto after = Apply({.migrate_share = 0.5, .store_limit_bytes = 7}, kBefore);
  ASSERT_TRUE(after) << after.error().message;
  EXPECT_EQ(after->migrate_share, 0.5);
  EXPECT_EQ(after->store_limit_bytes, 7u);
  EXPECT_EQ(after->window_s, 10);
  EXPECT_EQ(after->dead_band, 0.1);
  EXPECT_EQ(after->expected_rereads, 10);
  EXPECT_FALSE(after->cache_limit_bytes);
}

TEST(PolicySettings, TheEndsOfTheRangesAreAllowed) {
  EXPECT_TRUE(Apply({.migrate_share = 0.0}, kBefore));
  EXPECT_TRUE(Apply({.migrate_share = 1.0, .dead_band = 0.0, .expected_rereads = 0.0}, kBefore));
}

TEST(PolicySettings, WhatIsOutOfRangeIsRefusedByName) {
  const double nan = std::numeric_limits<double>::quiet_NaN();
  const double infinity = std::numeric_limits<double>::infinity();
  const std::vector<std::pair<SettingsPatch, std::string>> wrong = {
      {{.migrate_share = 1.01}, "migrate_share"}, {{.migrate_share = -0.1}, "migrate_share"},
      {{.migrate_share = nan}, "migrate_share"},  {{.window_s = 0.0}, "window_s"},
      {{.window_s = infinity}, "window_s"},       {{.dead_band = -1.0}, "dead_band"},
      {{.expected_rereads = nan}, "rereads"},     {{.cache_limit_bytes = 5}, "cache_limit_bytes"}};
  for (const auto& [patch, name] : wrong) {
    const auto after = Apply(patch, kBefore);
    ASSERT_FALSE(after) << name;
    EXPECT_EQ(after.error().code, ErrorCode::kInvalidArgument);
    EXPECT_NE(after.error().message.find(name), std::string::npos) << after.error().message;
  }
}

TEST(PolicySettings, ACachesLimitCanBeSetWhereThereIsOne) {
  PolicySettings cached = kBefore;
  cached.cache_limit_bytes = 1 << 20;
  EXPECT_EQ(Apply({.cache_limit_bytes = 9}, cached)->cache_limit_bytes, 9u);
}

}  // namespace
}  // namespace tensorfs
