// SPDX-License-Identifier: MIT
#include "tools/policy_table.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <sstream>
#include <vector>

#include "tests/tools/hand_made_policy.h"
#include "tools/derived_json.h"
#include "tools/policy_json.h"
#include "tools/policy_text.h"
#include "tools/status.h"

namespace tensorfs {
namespace {

constexpr ProcessUse kProcess = {.pid = 77, .cpu_s = 3.5, .resident_bytes = 64 << 20};

// Characters of a UTF-8 text: bytes that do not continue one.
size_t Columns(const std::string& line) {
  return static_cast<size_t>(std::ranges::count_if(
      line, [](char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; }));
}

void ExpectTable(const Result<std::string>& table, const std::vector<const char*>& texts) {
  ASSERT_TRUE(table) << table.error().message;
  for (const char* text : texts) {
    EXPECT_NE(table->find(text), std::string::npos) << text << " in\n" << *table;
  }
  std::istringstream lines(*table);
  for (std::string line; std::getline(lines, line);) EXPECT_LE(Columns(line), 100u) << line;
}

// The cells of the row that starts with `first`, as far as single blanks do not divide them.
std::string RowOf(const std::string& table, const std::string& first) {
  std::istringstream lines(table);
  for (std::string line; std::getline(lines, line);) {
    if (line.starts_with(first)) return line;
  }
  return "no such row in\n" + table;
}

MountStatus StatusWith(const PolicyReport& report) {
  MountStatus status;
  status.mount.policy = "adaptive";
  status.policy = report;
  return status;
}

TEST(PolicyTable, StatusTellsWhatItDoesAndWhyAndWhatItGoesBy) {
  ExpectTable(
      ToTable(ToJson(StatusWith(ExampleReport()), kProcess)),
      {"policy        adaptive\ndoing         moving samples to the new plan: 312 of 5,000\n",
       "812.3 samples/s, 66 % of the bound of 1,230.1",
       "850.0 with the samples as they are kept, 1,204.5 as planned",
       "1.75 cores used by this mount and 0.10 by others; 1.90 to be had of 2.00",
       "of 2.00; 3.4 readers", "sda: 24.1 MB/s, busy 98 % of the time; can give 25.0 MB/s",
       "nvme0n1: 1.0 MB/s, busy 1 % of the time; can give more than was asked of it",
       "tasks wait for CPU 12 %, for disks 45 %",
       "CPU: the bottleneck for most, 63 %; a CPU second costs 315.00 ms",
       "sda: a bottleneck for some, 37 %; a megabyte costs 14.80 ms", "store: free: there is room",
       "312 samples moved, 4,688 to be moved, 1 given up", "mismatch; 18 % of CPU",
       "2 failed in the background",
       "migrate-share 20 %, window 10 s, dead-band 10 %, expected-rereads 20"});
}

TEST(PolicyTable, TheMixHasALineForEachFormAndOneAboveThem) {
  const auto json = nlohmann::json::parse(JsonOf(ExampleReport()).dump());
  const std::string table = MixTable(json.at("mix"));
  ExpectTable(table, {"SAMPLES", "1235 M", "31.0 MiB", "resize:shu…e-zstd-19"});
  EXPECT_EQ(RowOf(table, "source:original"),
            "source:original          4,688     1,200        0 B  2.61 ms   2.60 ms  101.1 KiB"
            "   99.6 KiB   4,000");
  EXPECT_EQ(MixTable(nlohmann::json::array()), "");
}

TEST(PolicyTable, StatusDoesWithoutAPolicyAndWithoutMostOfItsReport) {
  MountStatus none;
  none.mount.policy = "keep";
  const auto plain = ToTable(ToJson(none, kProcess));
  ExpectTable(plain, {"policy        keep\n"});
  EXPECT_EQ(plain->find("prices"), std::string::npos);
  ExpectTable(ToTable(ToJson(StatusWith({}), kProcess)), {"0.0 samples/s\n", "store-limit 0 B"});
}

TEST(PolicyTable, AnEndlessRateIsNoBadJson) {
  PolicyReport report = ExampleReport();
  report.rates.bound = std::numeric_limits<double>::infinity();
  report.rates.predicted_plan = report.rates.bound;
  const auto json = nlohmann::json::parse(JsonOf(report).dump());
  EXPECT_TRUE(json.at("rates").at("bound").is_null());
  EXPECT_TRUE(json.at("rates").at("share_of_bound").is_null());
  ExpectTable(ToTable(ToJson(StatusWith(report), kProcess)), {"any rate as planned"});
}

TEST(PolicyTable, OneLineHasWhatMatters) {
  const auto json = nlohmann::json::parse(JsonOf(ExampleReport()).dump());
  EXPECT_EQ(
      PolicyLine(json),
      "812.3 samples/s, 66 % of the bound of 1,230.1; 1.75 of 1.90 cores; sda 24.1 MB/s, 98 % "
      "busy; nvme0n1 1.0 MB/s, 1 % busy; moving samples to the new plan: 312 of 5,000");
}

TEST(PolicyTable, AnExplanationComparesTheFormsTheCheapestFirst) {
  const auto table = ExplanationTable(JsonOf(ExampleExplanation()).dump());
  ExpectTable(table, {"cat/001.jpg", "JPEG, 500 x 375 pixels, 102.3 KiB; its tensor 147.1 KiB",
                      "3 since the mount", "because       cheapest at these prices"});
  const size_t crop = table->find("\nsource:jpeg-crop ");
  const size_t original = table->find("\nsource:original ");
  const size_t raw = table->find("\nfinal:raw ");
  const size_t unknown = table->find("\ndecode:planar-zstd ");
  EXPECT_LT(crop, original);
  EXPECT_LT(original, raw);
  EXPECT_LT(raw, unknown);
  EXPECT_LT(unknown, std::string::npos);
  EXPECT_TRUE(RowOf(*table, "source:jpeg-crop").ends_with("1.20 ms  chosen"));
  EXPECT_TRUE(RowOf(*table, "source:original").ends_with("1.84 ms  kept now"));
  EXPECT_TRUE(RowOf(*table, "final:raw").ends_with("2.10 ms  no store room"));
  EXPECT_TRUE(RowOf(*table, "decode:planar-zstd").ends_with("-  cost unknown"));
}

TEST(PolicyTable, APlanHasEachFormsRateTheMixsAndTheBound) {
  const auto table = WhatIfTable(JsonOf(ExampleWhatIf()).dump());
  ExpectTable(table, {"2.00 cores, sda 25.0 MB/s, nvme0n1 not known; store-limit 10.0 GiB",
                      "1,204.5 samples/s, 98 % of the bound of 1,230.1; stores 312.0 MiB",
                      "waits for     CPU and sda"});
  EXPECT_EQ(RowOf(*table, "source:original"),
            "source:original                 766.2       62 %       5,000         0 B       1,200");
  EXPECT_TRUE(RowOf(*table, "resize:shuffle-zstd-19").ends_with("3,800  too large"));
}

TEST(PolicyTable, TheHistorySaysWhenWhyAndWithWhatGain) {
  PlanChange second = ExampleChange();
  second.achieved_gain = -0.02;
  const auto table = HistoryTable(JsonOf(std::vector{ExampleChange(), second}).dump());
  ExpectTable(table,
              {"2026-11-1", "sda gives 25 MB/s instead of 200 MB/s", "1.90 cores, sda 25.0 MB/s",
               "CPU 100 %, sda 0 % before; CPU 63 %, sda 37 %", "312 of 5,000 samples",
               "+42 % predicted, not known yet", "+42 % predicted, -2 % achieved"});
  EXPECT_EQ(HistoryTable(JsonOf(std::vector<PlanChange>()).dump()).value(),
            "the plan has not changed since the mount\n");
}

TEST(PolicyTable, PinsAreListedAsTheyAreInForce) {
  const std::vector<PinRule> pins = {{"val", "final:raw"}, {"*.png", "decode:planar-zstd"}};
  EXPECT_EQ(PinsTable(JsonOf(pins).dump()).value(),
            "final:raw                 val\ndecode:planar-zstd        *.png\n");
  EXPECT_EQ(PinsTable(JsonOf(std::vector<PinRule>()).dump()).value(), "nothing is pinned\n");
}

TEST(PolicyTable, NamesCannotForgeLines) {
  Explanation explanation = ExampleExplanation();
  explanation.path = "a\nchosen        final:raw\x1b[2J";
  explanation.reason = "pinned by \x1b[31m*";
  const auto table = ExplanationTable(Dump(JsonOf(explanation)));
  ASSERT_TRUE(table) << table.error().message;
  EXPECT_EQ(table->find('\x1b'), std::string::npos);
  EXPECT_EQ(table->find("\nchosen        final:raw"), std::string::npos) << *table;
}

TEST(PolicyTable, WhatIsNoAnswerIsAnError) {
  for (const char* text : {"", "{}", "[1]", "{\"changes\": [{}]}", "{\"pins\": [{}]}"}) {
    for (const auto& table : {ExplanationTable(text), WhatIfTable(text), HistoryTable(text),
                              SettingsTable(text), PinsTable(text)}) {
      ASSERT_FALSE(table) << text;
      EXPECT_EQ(table.error().code, ErrorCode::kCorrupt) << text;
    }
  }
}

TEST(PolicyText, NumbersHaveTheUnitsThatPeopleReadThemIn) {
  EXPECT_EQ(FormatCost(0), "0");
  EXPECT_EQ(FormatCost(3.2e-8), "0.03 us");
  EXPECT_EQ(FormatCost(0.00085), "850 us");
  EXPECT_EQ(FormatCost(0.00261), "2.61 ms");
  EXPECT_EQ(FormatCost(1.5), "1.50 s");
  EXPECT_EQ(FormatRate(1204.46), "1,204.5");
  EXPECT_EQ(FormatRate(0.04), "0.0");
  EXPECT_EQ(FormatGain(-0.021), "-2 %");
  EXPECT_EQ(FormatCountInto(1'234'567, 9), "1,234,567");
  EXPECT_EQ(FormatCountInto(12'345'678, 9), "12.3 M");
}

}  // namespace
}  // namespace tensorfs
