// SPDX-License-Identifier: MIT
#include "tests/policy/simulated_machine.h"

#include <algorithm>
#include <cmath>

namespace tensorfs {

SimulatedMachine::SimulatedMachine(Setting setting, int readers) : setting_(setting) {
  for (int i = 0; i < readers; ++i) arrivals_.push({.time_s = i * 1e-4, .at_disk = true});
}

SimulatedMachine::Second& SimulatedMachine::SecondAt(double time_s) {
  const size_t index = static_cast<size_t>(std::max(0.0, time_s));
  if (seconds_.size() <= index) seconds_.resize(index + 1);
  return seconds_[index];
}

void SimulatedMachine::Spread(double begin_s, double end_s, double Second::*part) {
  while (begin_s < end_s) {
    const double until_s = std::min(end_s, std::floor(begin_s) + 1);
    SecondAt(begin_s).*part += until_s - begin_s;
    begin_s = until_s;
  }
}

// First come, first served, by the bucket and then by the disk.
void SimulatedMachine::AtDisk(double now_s) {
  std::uniform_real_distribution<double> sizes(0.5, 1.5);
  const double bytes = setting_.sample_bytes * sizes(random_);
  const double rate = setting_.limit_bytes_per_s;
  const double queued_until_s = std::max(now_s, tokens_at_s_);
  tokens_ = std::min(tokens_ + rate * (queued_until_s - tokens_at_s_),
                     std::max(bytes, rate * setting_.slice_s));
  const double admitted_s = queued_until_s + std::max(0.0, bytes - tokens_) / rate;
  tokens_ += rate * (admitted_s - queued_until_s) - bytes;
  tokens_at_s_ = admitted_s;
  disk_free_s_ = std::max(disk_free_s_, admitted_s) + bytes / setting_.disk_bytes_per_s;

  double end_s = disk_free_s_;
  const bool all_cores_work =
      static_cast<int>(core_free_s_.size()) == setting_.cores &&
      std::ranges::all_of(core_free_s_, [&](double free_s) { return free_s > end_s; });
  if (all_cores_work) {
    end_s += std::uniform_real_distribution<double>(0, 1)(random_) * setting_.wakeup_s;
  }
  Spread(std::max(now_s, covered_until_s_), end_s, &Second::disk_busy_s);
  covered_until_s_ = std::max(covered_until_s_, end_s);
  Second& second = SecondAt(end_s);
  second.bytes += bytes;
  ++second.reads;
  arrivals_.push({.time_s = end_s, .at_disk = false});
}

void SimulatedMachine::AtCores(double now_s) {
  core_free_s_.resize(static_cast<size_t>(setting_.cores), now_s);
  const auto core = std::ranges::min_element(core_free_s_);
  const double begin_s = std::max(now_s, *core);
  std::uniform_real_distribution<double> efforts(0.5, 1.5);
  *core = begin_s + setting_.decode_s * efforts(random_);
  Spread(begin_s, *core, &Second::cores_busy_s);
  arrivals_.push({.time_s = *core, .at_disk = true});
}

DeviceWindow SimulatedMachine::NextWindow() {
  const double end_s = static_cast<double>(next_ + 1);
  while (arrivals_.top().time_s < end_s) {
    const Arrival arrival = arrivals_.top();
    arrivals_.pop();
    arrival.at_disk ? AtDisk(arrival.time_s) : AtCores(arrival.time_s);
  }
  const Second& second = SecondAt(end_s - 0.5);
  ++next_;
  return {.window_s = 1,
          .busy_s = std::min(1.0, second.disk_busy_s),
          .bytes = static_cast<uint64_t>(second.bytes),
          .reads = static_cast<uint64_t>(second.reads),
          .cpu_bound = second.cores_busy_s > 0.92 * setting_.cores};
}

}  // namespace tensorfs
