// SPDX-License-Identifier: MIT
#include "tools/policy_json.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <regex>
#include <set>
#include <sstream>

#include "tests/tools/hand_made_policy.h"
#include "tools/policy_metrics.h"
#include "tools/status.h"

namespace tensorfs {
namespace {

nlohmann::json Parsed(const nlohmann::ordered_json& json) {
  return nlohmann::json::parse(json.dump());
}

TEST(PolicyJson, TheReportHasItsNumbersAndNullForWhatIsNotKnown) {
  const auto json = Parsed(JsonOf(ExampleReport()));
  EXPECT_EQ(json.at("mode"), "adaptive");
  EXPECT_EQ(json.at("state"), "moving");
  EXPECT_EQ(json.at("load").at("cores_own"), 1.75);
  EXPECT_EQ(json.at("load").at("devices").at(0).at("capacity_bytes_per_s"), 25e6);
  EXPECT_TRUE(json.at("load").at("devices").at(1).at("capacity_bytes_per_s").is_null());
  EXPECT_EQ(json.at("prices").at(1).at("kind"), "device");
  EXPECT_EQ(json.at("prices").at(1).at("words"), "a bottleneck for some");
  EXPECT_EQ(json.at("mix").at(0).at("observed_cpu_s"), 0.00261);
  EXPECT_TRUE(json.at("mix").at(1).at("observed_cpu_s").is_null());
  EXPECT_NEAR(json.at("rates").at("share_of_bound").get<double>(), 0.6604, 1e-4);
  EXPECT_EQ(json.at("migration").at("waiting"), 4688);
  EXPECT_TRUE(json.at("settings").at("cache_limit_bytes").is_null());
  EXPECT_TRUE(Parsed(JsonOf(PolicyReport())).at("load").at("pressure").is_null());
}

TEST(PolicyJson, ARequestSaysWhatIsGivenAndNothingElse) {
  EXPECT_EQ(ToJson(SettingsPatch()), "{}");
  EXPECT_EQ(ToJson(SettingsPatch{.migrate_share = 0.5, .store_limit_bytes = 7}),
            R"({"migrate_share":0.5,"store_limit_bytes":7})");
  const auto patch = SettingsPatchFrom(R"({"window_s": 3, "cache_limit_bytes": 9})");
  ASSERT_TRUE(patch) << patch.error().message;
  EXPECT_EQ(patch->window_s, 3);
  EXPECT_EQ(patch->cache_limit_bytes, 9u);
  EXPECT_FALSE(patch->dead_band);
  const auto what_if = WhatIfRequestFrom(ToJson(WhatIfRequest{.cores = 8}));
  EXPECT_EQ(what_if->cores, 8);
  EXPECT_FALSE(what_if->disk_bytes_per_s);
}

TEST(PolicyJson, WhatIsNoRequestIsRefusedWithItsName) {
  for (const auto& [text, message] : std::vector<std::pair<std::string, std::string>>{
           {"", "parse error"},
           {"[1]", "JSON object"},
           {R"({"speed": 1})", "speed: there is no such setting"},
           {R"({"window_s": "10"})", "window_s: expected a number, not \"10\""},
           {R"({"store_limit_bytes": -1})", "store_limit_bytes: expected a number, not -1"},
           {R"({"cache_limit_bytes": 1.5})", "cache_limit_bytes"},
           {R"({"dead_band": null})", "dead_band"}}) {
    const auto patch = SettingsPatchFrom(text);
    ASSERT_FALSE(patch) << text;
    EXPECT_EQ(patch.error().code, ErrorCode::kInvalidArgument);
    EXPECT_NE(patch.error().message.find(message), std::string::npos) << patch.error().message;
  }
}

std::string MetricsOf(const PolicyReport& report) {
  PrometheusText text;
  AddPolicyMetrics(report, &text);
  return text.text();
}

TEST(PolicyMetrics, EachIsDescribedOnceAndThenHasItsValues) {
  std::istringstream lines(MetricsOf(ExampleReport()));
  std::set<std::string> names;
  std::string current;
  for (std::string line; std::getline(lines, line);) {
    std::smatch match;
    if (std::regex_match(line, match, std::regex("# HELP ([a-z_]+) .+\\."))) {
      current = match[1];
      EXPECT_TRUE(names.insert(current).second) << line;
      ASSERT_TRUE(std::getline(lines, line));
      const bool is_total = current.ends_with("_total");
      EXPECT_EQ(line, "# TYPE " + current + (is_total ? " counter" : " gauge"));
    } else {
      EXPECT_TRUE(
          std::regex_match(line, std::regex(current + R"((\{[a-z]+="[^"]+"\})? [0-9.e+-]+)")))
          << line << " of " << current;
    }
  }
  EXPECT_EQ(names.size(), 35u);
}

TEST(PolicyMetrics, EveryNumberOfTheReportIsThere) {
  const std::string text = MetricsOf(ExampleReport());
  for (const char* line :
       {"state{state=\"moving\"} 1\n", "state{state=\"settled\"} 0\n", "cores_own 1.75\n",
        "readers_waiting 3.4\n", "pressure_share{resource=\"io\"} 0.45\n",
        "device_capacity_bytes_per_second{device=\"sda\"} 2.5e+07\n",
        "device_busy_share{device=\"nvme0n1\"} 0.01\n", "price_weight{resource=\"CPU\"} 0.63\n",
        "form_samples{form=\"source:original\"} 4688\n",
        "form_observed_cpu_seconds{form=\"source:original\"} 0.00261\n",
        "form_measurements_total{form=\"resize:shuffle-zstd-19\"} 32\n",
        "achieved_samples_per_second 812.34\n", "bound_samples_per_second 1230.1\n",
        "migrate_share 0.18\n", "mismatches_total 1\n", "failed_moves_total 2\n",
        "expected_rereads 20\n", "plan_changes_total 3\n"}) {
    EXPECT_NE(text.find(std::string("\ntensorfs_policy_") + line), std::string::npos)
        << line << "\n"
        << text;
  }
  EXPECT_EQ(text.find("capacity_bytes_per_second{device=\"nvme0n1\"}"), std::string::npos);
  EXPECT_EQ(text.find("observed_cpu_seconds{form=\"resize"), std::string::npos);
}

TEST(PolicyMetrics, AreThereIfThereIsAPolicy) {
  MountStatus status;
  EXPECT_EQ(ToPrometheus(status, {}).find("tensorfs_policy_"), std::string::npos);
  status.policy = ExampleReport();
  EXPECT_NE(ToPrometheus(status, {}).find("\ntensorfs_policy_dead_band 0.1\n"), std::string::npos);
}

TEST(PolicyMetrics, NumbersThatAreNoneAreWrittenAsPrometheusDoes) {
  PolicyReport report = ExampleReport();
  report.rates.bound = std::numeric_limits<double>::infinity();
  EXPECT_NE(MetricsOf(report).find("_bound_samples_per_second +Inf\n"), std::string::npos);
}

}  // namespace
}  // namespace tensorfs
