// SPDX-License-Identifier: MIT
// What the policy sees, believes, does and why, as plain values: for tools, metrics and people.
// Nothing here decides anything. Rates are per second; times are seconds; sizes are bytes; shares
// and gains are fractions (0.2 is 20 %), never per cents. What is not known is an empty optional.
#ifndef TENSORFS_POLICY_POLICY_REPORT_H_
#define TENSORFS_POLICY_POLICY_REPORT_H_

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "policy/policy_settings.h"

namespace tensorfs {

enum class PolicyMode : uint8_t {
  kAdaptive,  // the policy chooses each sample's form
  kFixed,     // one form for all
  kKeep,      // samples stay as they are kept
};

enum class PolicyState : uint8_t {
  kOff,          // the mode leaves nothing to decide
  kMeasuring,    // the costs of the forms, on the first samples
  kWatching,     // too few reads to judge by
  kReaderBound,  // the readers are the bottleneck, not the mount
  kNotWorth,     // a better plan exists, but its gain does not pay for the moves
  kMoving,       // samples, to the plan
  kSettled,      // all is as planned
  kPaused,       // by the user
};
inline constexpr int kPolicyStates = 8;

std::string_view NameOf(PolicyMode mode);    // "adaptive", "fixed", "keep"
std::string_view NameOf(PolicyState state);  // "reader-bound", "not-worth", …

// A device that samples are read from, over the last window.
struct DeviceLoad {
  std::string name;                            // "sda", and what is on it: "sda (source, store)"
  double bytes_per_s = 0;                      // read by this mount
  double busy_share = 0;                       // of the time: reads were outstanding
  std::optional<double> capacity_bytes_per_s;  // what it gives when it is busy all the time
};

// The share of time in which some task waited for it (/proc/pressure).
struct PressureShares {
  double cpu = 0;
  double io = 0;
  double memory = 0;
};

struct MachineLoad {
  double cores_limit = 0;  // affinity and cgroup quota
  double cores = 0;        // of these, to be had beside other processes
  double cores_own = 0;    // used by this process
  double cores_other = 0;  // used by others
  std::vector<DeviceLoad> devices;
  double readers_waiting = 0;  // mean number of read requests that wait for us
  std::optional<PressureShares> pressure;
};

// What one unit of a resource costs at the moment: the dual value of its constraint.
struct ResourcePrice {
  enum class Kind : uint8_t { kCpu, kDevice, kStore, kCache };

  Kind kind = Kind::kCpu;
  std::string name;     // "CPU", the device's name, "store", "cache"
  double per_unit = 0;  // seconds of an epoch that one CPU-second, one byte read or one kept costs
  // How much of the time of an epoch this resource alone decides: those of CPU and devices add up
  // to 1. Zero for store and cache.
  double weight = 0;
};

// "free: there is more than the mix needs", "decides alone", ….
std::string_view WordsFor(const ResourcePrice& price);

// A form in the mix; a tensor in the cache is one more form, "cache:tensor".
struct FormReport {
  std::string form;
  uint64_t samples = 0;  // kept in it now
  uint64_t bytes = 0;    // these take in the store or the cache
  uint64_t planned_samples = 0;
  double predicted_cpu_s = 0;  // of one read of one sample, mean; to the final tensor
  double predicted_bytes = 0;  // read for it
  std::optional<double> observed_cpu_s;
  std::optional<double> observed_bytes;
  uint64_t measurements = 0;  // first ones, and reads that corrected them
};

// Samples per second.
struct RateReport {
  double achieved = 0;           // over the last window
  double predicted_present = 0;  // of the mix as it is kept now, were readers to wait all the time
  double predicted_plan = 0;     // of the mix as planned
  double bound = 0;              // no mix can be faster on the machine as observed
};

struct MigrationReport {
  double share_limit = 0;    // of CPU and disk, that moves may take
  double share_used = 0;     // over the last window
  uint64_t moved = 0;        // samples since the mount
  uint64_t waiting = 0;      // samples that are not yet as planned
  uint64_t mismatches = 0;   // moves given up because the new payload did not give the same bytes
  uint64_t failed = 0;       // moves in the background that failed otherwise; tried again later
  std::string last_failure;  // why the latest did; empty if none
};

struct PolicyReport {
  PolicyMode mode = PolicyMode::kKeep;
  PolicyState state = PolicyState::kOff;
  std::string why;  // the state in words: "moving samples to the new plan: 312 of 5,000"
  MachineLoad load;
  std::vector<ResourcePrice> prices;
  std::vector<FormReport> mix;
  RateReport rates;
  MigrationReport migration;
  PolicySettings settings;
  uint64_t samples_known = 0;  // that take part in the plan
  uint64_t plan_changes = 0;   // since the mount
};

// One form that a sample could be kept in.
struct FormOffer {
  std::string form;
  std::optional<double> cpu_s;  // of one read, to the final tensor; all empty: the cost is unknown
  std::optional<uint64_t> read_bytes;
  std::optional<uint64_t> stored_bytes;
  std::optional<double> cost_s;  // all of these at the prices
  bool fits = true;              // the sample can take the form, and there is room for it
  std::string note;              // why not, or empty
};

struct Explanation {
  std::string path;     // of the source file, in the source
  std::string content;  // "JPEG", "PNG", …
  uint64_t source_bytes = 0;
  uint32_t width = 0;  // of the image, in pixels
  uint32_t height = 0;
  uint64_t tensor_bytes = 0;
  uint64_t reads = 0;  // seen since the mount
  std::vector<FormOffer> offers;
  std::string kept;    // its form now
  std::string chosen;  // the form it is to have
  std::string reason;  // "cheapest at these prices", "pinned by val/*", "no store room", …
  std::vector<ResourcePrice> prices;
};

// What is not given is as observed.
struct WhatIfRequest {
  std::optional<double> cores = {};
  std::optional<double> disk_bytes_per_s = {};  // of every device
  std::optional<uint64_t> store_limit_bytes = {};
};

struct WhatIf {
  // All samples in one form, those that cannot take it as their source; or a part of the mix.
  struct SingleForm {
    std::string form;
    double samples_per_s = 0;
    uint64_t samples = 0;  // that can take it
    uint64_t stored_bytes = 0;
    bool fits = true;          // within the store's limit
    uint64_t mix_samples = 0;  // that have it in the mix
  };

  double cores = 0;
  std::vector<DeviceLoad> devices;  // their capacities are what was planned with
  uint64_t store_limit_bytes = 0;
  uint64_t samples = 0;  // planned for
  std::vector<SingleForm> forms;
  double mix_samples_per_s = 0;
  double bound_samples_per_s = 0;
  uint64_t mix_stored_bytes = 0;
  std::vector<ResourcePrice> prices;
  std::string binding;  // what the mix waits for: "CPU", "sda", "CPU and sda"
};

// One entry of the history: the policy took a new plan.
struct PlanChange {
  double unix_time_s = 0;
  double cores = 0;                 // observed then
  std::vector<DeviceLoad> devices;  // observed then
  std::vector<ResourcePrice> old_prices;
  std::vector<ResourcePrice> new_prices;
  uint64_t samples_to_move = 0;
  uint64_t moved = 0;                   // so far
  double predicted_gain = 0;            // 0.25: a quarter more samples per second
  std::optional<double> achieved_gain;  // once it is settled and was read since
  std::string reason;                   // "sda gives 25 MB/s instead of 200 MB/s", …
};

}  // namespace tensorfs

#endif  // TENSORFS_POLICY_POLICY_REPORT_H_
