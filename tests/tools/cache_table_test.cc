// SPDX-License-Identifier: MIT
#include "tools/cache_table.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <sstream>

#include "tools/table_text.h"

namespace tensorfs {
namespace {

nlohmann::json EntryOf(const std::string& path) {
  return {{"path", path},       {"bytes", 150'656}, {"reads", 65'535},
          {"saved_cpu_s", 2.5}, {"generation", 7},  {"form", "resize:shuffle-zstd-19"}};
}

TEST(CacheTable, LongPathsLoseTheirMiddleAndKeepTheirColumns) {
  const std::string long_path = "first/" + std::string(200, 'm') + "/last.jpg";
  const nlohmann::json list = {{"entries", {EntryOf(long_path), EntryOf("kätzchen.jpg")}},
                               {"total", 9}};
  const auto table = CacheListTable(list.dump());
  ASSERT_TRUE(table) << table.error().message;
  std::istringstream lines(*table);
  for (std::string line; std::getline(lines, line);) EXPECT_LE(line.size(), 104u) << line;
  for (const char* text : {"first/mm", "…", "mm/last.jpg", "kätzchen.jpg", "2 of 9 tensors",
                           "65,535", "2.5 s", "147.1 KiB"}) {
    EXPECT_NE(table->find(text), std::string::npos) << text << " in\n" << *table;
  }
}

TEST(CacheTable, NamesCannotForgeLines) {
  const nlohmann::json list = {{"entries", {EntryOf("a\nb\x1b[31m")}}, {"total", 1}};
  const auto table = CacheListTable(list.dump());
  ASSERT_TRUE(table);
  EXPECT_EQ(std::ranges::count(*table, '\n'), 2);
  EXPECT_EQ(table->find('\x1b'), std::string::npos);
}

TEST(CacheTable, WhatIsNoAnswerIsAnError) {
  for (const char* text : {"", "{}", "[1]", "{\"entries\": [{}]}"}) {
    EXPECT_EQ(CacheListTable(text).error().code, ErrorCode::kCorrupt) << text;
    EXPECT_EQ(CacheStatsTable(text).error().code, ErrorCode::kCorrupt) << text;
  }
}

TEST(TableText, FitsTextIntoColumns) {
  EXPECT_EQ(FitInto("abc", 5), "abc  ");
  EXPECT_EQ(FitInto("abcde", 5), "abcde");
  EXPECT_EQ(FitInto("abcdef", 5), "ab…ef");
  EXPECT_EQ(FitInto("äöüßéè", 5), "äö…éè");
  EXPECT_EQ(FitInto("", 2), "  ");
}

}  // namespace
}  // namespace tensorfs
