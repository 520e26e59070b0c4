// SPDX-License-Identifier: MIT
// A policy that tells made-up values and remembers what it was told. Not thread-safe.
#ifndef TENSORFS_TESTS_TOOLS_HAND_MADE_POLICY_H_
#define TENSORFS_TESTS_TOOLS_HAND_MADE_POLICY_H_

#include <string>
#include <vector>

#include "policy/policy_control.h"

namespace tensorfs {

inline std::vector<ResourcePrice> ExamplePrices(double cpu_weight) {
  return {{ResourcePrice::Kind::kCpu, "CPU", cpu_weight / 2, cpu_weight},
          {ResourcePrice::Kind::kDevice, "sda", (1 - cpu_weight) / 25e6, 1 - cpu_weight},
          {ResourcePrice::Kind::kStore, "store", 0, 0}};
}

inline std::vector<DeviceLoad> ExampleDevices() {
  return {{"sda", 24.1e6, 0.98, 25e6}, {"nvme0n1", 1e6, 0.01, std::nullopt}};
}

inline PolicyReport ExampleReport() {
  return {.mode = PolicyMode::kAdaptive,
          .state = PolicyState::kMoving,
          .why = "moving samples to the new plan: 312 of 5,000",
          .load = {.cores_limit = 2,
                   .cores = 1.9,
                   .cores_own = 1.75,
                   .cores_other = 0.1,
                   .devices = ExampleDevices(),
                   .readers_waiting = 3.4,
                   .pressure = PressureShares{.cpu = 0.12, .io = 0.45, .memory = 0}},
          .prices = ExamplePrices(0.63),
          .mix = {{.form = "source:original",
                   .samples = 4688,
                   .bytes = 0,
                   .planned_samples = 1200,
                   .predicted_cpu_s = 0.0026,
                   .predicted_bytes = 102'000,
                   .observed_cpu_s = 0.00261,
                   .observed_bytes = 103'500,
                   .measurements = 4000},
                  {.form = "resize:shuffle-zstd-19",
                   .samples = 312,
                   .bytes = 31 << 20,
                   .planned_samples = 1'234'567'890,
                   .predicted_cpu_s = 0.00085,
                   .predicted_bytes = 1'047'900,
                   .observed_cpu_s = {},
                   .observed_bytes = {},
                   .measurements = 32}},
          .rates = {.achieved = 812.34,
                    .predicted_present = 850,
                    .predicted_plan = 1204.5,
                    .bound = 1230.1},
          .migration = {.share_limit = 0.2,
                        .share_used = 0.18,
                        .moved = 312,
                        .waiting = 4688,
                        .mismatches = 1,
                        .failed = 2,
                        .last_failure = "cat/003.jpg: the disk is broken"},
          .settings = {.migrate_share = 0.2,
                       .window_s = 10,
                       .dead_band = 0.1,
                       .expected_rereads = 20,
                       .store_limit_bytes = uint64_t{10} << 30,
                       .cache_limit_bytes = {}},
          .samples_known = 5000,
          .plan_changes = 3};
}

inline Explanation ExampleExplanation() {
  return {.path = "cat/001.jpg",
          .content = "JPEG",
          .source_bytes = 104'755,
          .width = 500,
          .height = 375,
          .tensor_bytes = 150'656,
          .reads = 3,
          .offers = {{"source:original", 0.00261, 104'755, 0, 0.00184, true, ""},
                     {"decode:planar-zstd", {}, {}, {}, {}, true, "cost unknown"},
                     {"final:raw", 0.00005, 150'528, 150'528, 0.00210, false, "no store room"},
                     {"source:jpeg-crop", 0.0019, 64'000, 64'000, 0.00120, true, ""}},
          .kept = "source:original",
          .chosen = "source:jpeg-crop",
          .reason = "cheapest at these prices",
          .prices = ExamplePrices(0.63)};
}

inline WhatIf ExampleWhatIf() {
  return {.cores = 2,
          .devices = ExampleDevices(),
          .store_limit_bytes = uint64_t{10} << 30,
          .samples = 5000,
          .forms = {{"source:original", 766.2, 5000, 0, true, 1200},
                    {"final:raw", 165.9, 5000, 752'640'000, true, 0},
                    {"resize:shuffle-zstd-19", 1020, 4900, uint64_t{11} << 30, false, 3800}},
          .mix_samples_per_s = 1204.5,
          .bound_samples_per_s = 1230.1,
          .mix_stored_bytes = 312 << 20,
          .prices = ExamplePrices(0.63),
          .binding = "CPU and sda"};
}

inline PlanChange ExampleChange() {
  return {.unix_time_s = 1'795'000'000,
          .cores = 1.9,
          .devices = ExampleDevices(),
          .old_prices = ExamplePrices(1),
          .new_prices = ExamplePrices(0.63),
          .samples_to_move = 5000,
          .moved = 312,
          .predicted_gain = 0.42,
          .achieved_gain = {},
          .reason = "sda gives 25 MB/s instead of 200 MB/s"};
}

class HandMadePolicy : public PolicyControl {
 public:
  PolicyReport Report() const override {
    PolicyReport report = ExampleReport();
    report.settings = settings;
    if (paused) {
      report.state = PolicyState::kPaused;
      report.why = "paused";
    }
    return report;
  }

  Result<Explanation> Explain(uint64_t sample) const override {
    explained = sample;
    return ExampleExplanation();
  }

  Result<WhatIf> Plan(const WhatIfRequest& request) const override {
    planned = request;
    if (!ready) return Fail(ErrorCode::kBusy, "too few samples are known");
    return ExampleWhatIf();
  }

  Result<void> Set(const SettingsPatch& patch) override {
    return Apply(patch, settings).map([&](const PolicySettings& changed) { settings = changed; });
  }

  Result<void> Pin(const PinRule& rule) override { return pins.Add(rule); }
  Result<void> Unpin(const std::string& pattern) override { return pins.Remove(pattern); }
  std::vector<PinRule> Pins() const override { return pins.Rules(); }
  void Pause() override { paused = true; }
  void Resume() override { paused = false; }
  std::vector<PlanChange> History() const override { return history; }

  const Pipeline pipeline = *Pipeline::Create({Resize{256}}, Layout::kHwc);
  tensorfs::Pins pins{&pipeline};
  PolicySettings settings = ExampleReport().settings;
  std::vector<PlanChange> history;
  bool paused = false;
  bool ready = true;
  mutable uint64_t explained = 0;
  mutable WhatIfRequest planned;
};

}  // namespace tensorfs

#endif  // TENSORFS_TESTS_TOOLS_HAND_MADE_POLICY_H_
