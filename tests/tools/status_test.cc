// SPDX-License-Identifier: MIT
#include "tools/status.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <regex>
#include <sstream>

namespace tensorfs {
namespace {

MountStatus ExampleStatus() {
  MountStatus status;
  status.mount = {.source = "/data/train",
                  .mountpoint = "/mnt/train",
                  .store = "/var/lib/tensorfs/train-0",
                  .pipeline = "Resize(256) > CenterCrop(224)",
                  .present = "npy",
                  .policy = "fixed:final:raw",
                  .cache = ""};
  status.forms = {{"final:raw", 1000, 150'528'000}};
  status.store.limit_bytes = 1 << 30;
  status.store.condition = "the disk is full";
  status.migrator.converted = 1000;
  status.memory = {.limit_bytes = 512 << 20, .used_bytes = 3 << 20, .peak_bytes = 7 << 20};
  status.reads = {.reads = 3456,
                  .bytes_served = 1234567,
                  .samples = 1234,
                  .source_bytes = 99,
                  .cpu_ns = 2'468'000'000,
                  .origins = {{{.samples = 1000, .read_bytes = 99, .cpu_ns = 2'400'000'000},
                               {.samples = 200, .read_bytes = 50, .cpu_ns = 60'000'000},
                               {.samples = 34, .read_bytes = 30, .cpu_ns = 8'000'000}}},
                  .sample_errors = 2,
                  .samples_per_s = 12.5,
                  .cpu_us_per_sample = 1999.6,
                  .uptime_s = 90061};
  status.kernel = {"3.14.0", "6.18.0", {"no-open", "read_ahead_kb=1024"}};
  return status;
}

constexpr ProcessUse kProcess = {.pid = 77, .cpu_s = 3.5, .resident_bytes = 64 << 20};

std::vector<std::string> Lines(const std::string& text) {
  std::vector<std::string> lines;
  std::istringstream stream(text);
  for (std::string line; std::getline(stream, line);) lines.push_back(line);
  return lines;
}

TEST(StatusJson, HoldsWhatWasCounted) {
  const auto json = nlohmann::json::parse(ToJson(ExampleStatus(), kProcess));
  EXPECT_EQ(json.at("source"), "/data/train");
  EXPECT_EQ(json.at("reads"), 3456);
  EXPECT_EQ(json.at("samples"), 1234);
  EXPECT_EQ(json.at("sample_errors"), 2);
  EXPECT_EQ(json.at("bytes_served"), 1234567);
  EXPECT_EQ(json.at("recent").at("samples_per_s"), 12.5);
  EXPECT_EQ(json.at("pid"), 77);
  EXPECT_EQ(json.at("kernel").at("features").size(), 2u);
}

TEST(StatusJson, SurvivesPathsThatAreNotUtf8) {
  MountStatus status = ExampleStatus();
  status.mount.source = "/data/\xff\"quoted\"";
  const auto json = nlohmann::json::parse(ToJson(status, kProcess));
  EXPECT_EQ(json.at("source"), "/data/\xEF\xBF\xBD\"quoted\"");
}

TEST(StatusMetrics, EachIsDescribedTypedAndGivenOnce) {
  const std::vector<std::string> lines = Lines(ToPrometheus(ExampleStatus(), kProcess));
  ASSERT_EQ(lines.size() % 3, 0u);
  for (size_t i = 0; i < lines.size(); i += 3) {
    std::smatch match;
    ASSERT_TRUE(std::regex_match(lines[i], match,
                                 std::regex("# HELP ([a-z_]+) .+\\."
                                            "|# HELP ([a-z_]+) .+; always 1\\.")));
    const std::string name = match[1].matched ? match[1] : match[2];
    const bool is_total = name.ends_with("_total");
    EXPECT_EQ(lines[i + 1], "# TYPE " + name + (is_total ? " counter" : " gauge"));
    EXPECT_TRUE(std::regex_match(lines[i + 2], std::regex(name + "(\\{.*\\})? [0-9.e+]+")))
        << lines[i + 2];
  }
}

TEST(StatusMetrics, ValuesAreExact) {
  MountStatus status = ExampleStatus();
  status.reads.bytes_served = (uint64_t{1} << 53) - 1;
  const std::string text = ToPrometheus(status, kProcess);
  EXPECT_NE(text.find("\ntensorfs_served_bytes_total 9007199254740991\n"), std::string::npos);
  EXPECT_NE(text.find("\ntensorfs_samples_total 1234\n"), std::string::npos);
  EXPECT_NE(text.find("\ntensorfs_memory_used_bytes 3145728\n"), std::string::npos);
  EXPECT_NE(text.find("\ntensorfs_memory_peak_bytes 7340032\n"), std::string::npos);
  EXPECT_NE(text.find("\ntensorfs_memory_limit_bytes 536870912\n"), std::string::npos);
}

TEST(StatusMetrics, LabelsAreEscaped) {
  MountStatus status = ExampleStatus();
  status.mount.source = "/a\"b\\c\nd";
  EXPECT_NE(ToPrometheus(status, kProcess).find("source=\"/a\\\"b\\\\c\\nd\""), std::string::npos);
}

TEST(StatusMetrics, LabelsAreUtf8) {
  MountStatus status = ExampleStatus();
  status.mount.source = "/data/\xff";
  EXPECT_NE(ToPrometheus(status, kProcess).find("source=\"/data/\xEF\xBF\xBD\""),
            std::string::npos);
}

TEST(StatusTable, ShowsWhatPeopleAskFor) {
  const std::string table = ToTable(ToJson(ExampleStatus(), kProcess)).value();
  for (const char* text : {"/data/train", "Resize(256) > CenterCrop(224)", "npy", "1 day 01:01:01",
                           "1,234 made", "2 failed", "12.5 samples/s", "2000 us of CPU",
                           "3,456 answered with 1.2 MiB", "64.0 MiB resident",
                           "3.0 MiB of 512.0 MiB", "no-open, read_ahead_kb=1024", "Linux 6.18.0"}) {
    EXPECT_NE(table.find(text), std::string::npos) << text << "\n" << table;
  }
}

TEST(StatusTable, FitsAHundredColumns) {
  MountStatus status = ExampleStatus();
  status.mount.source = "/" + std::string(250, 's');
  status.kernel.used = std::vector<std::string>(30, "feature-name");
  const std::vector<std::string> lines = Lines(ToTable(ToJson(status, kProcess)).value());
  EXPECT_GT(lines.size(), 17u);
  for (const std::string& line : lines) EXPECT_LE(line.size(), 100u) << line;
}

TEST(StatusTable, NoPathCanForgeARow) {
  MountStatus status = ExampleStatus();
  status.mount.source = "/data\nsamples       9 made\x1b[2J";
  const std::string table = ToTable(ToJson(status, kProcess)).value();
  EXPECT_EQ(table.find("\nsamples       9 made"), std::string::npos) << table;
  EXPECT_EQ(table.find('\x1b'), std::string::npos);
}

TEST(StatusTable, LongValuesAreNotBrokenWithinACharacter) {
  MountStatus status = ExampleStatus();
  for (int i = 0; i < 200; ++i) status.mount.source += "\u20ac";
  const std::string table = ToTable(ToJson(status, kProcess)).value();
  EXPECT_EQ(ReplaceInvalidUtf8(table), table);
  for (const std::string& line : Lines(table)) EXPECT_EQ(ReplaceInvalidUtf8(line), line);
}

TEST(StatusTable, RefusesWhatIsNoStatus) {
  EXPECT_FALSE(ToTable("<html>"));
  EXPECT_FALSE(ToTable("{}"));
  EXPECT_FALSE(ToTable(R"({"source": 1})"));
}

}  // namespace
}  // namespace tensorfs
