// SPDX-License-Identifier: MIT
#include "policy/form_words.h"

#include <algorithm>
#include <cmath>
#include <cstdio>

namespace tensorfs {
namespace {

constexpr double kNotableChange = 1.15;

std::string Format(const char* format, double value) {
  char text[64];
  std::snprintf(text, sizeof(text), format, value);
  return text;
}

// How many times one is the other, whichever is larger.
double FactorBetween(double a, double b) {
  if (!(a > 0) || !(b > 0) || std::isinf(a) || std::isinf(b)) return 1;
  return std::max(a / b, b / a);
}

}  // namespace

std::string PercentWords(double share) { return Format("%.0f %%", 100 * share); }

std::string CountWords(uint64_t count) {
  std::string text = std::to_string(count);
  for (size_t end = text.size(); end > 3; end -= 3) text.insert(end - 3, ",");
  return text;
}

std::string RateWords(double bytes_per_s) {
  const double megabytes = bytes_per_s / 1e6;
  return Format(megabytes < 10 ? "%.1f MB/s" : "%.0f MB/s", megabytes);
}

std::vector<DeviceLoad> LoadsOf(const Observation& observation) {
  std::vector<DeviceLoad> loads;
  for (const DeviceObservation& device : observation.devices) {
    loads.push_back({.name = device.name,
                     .bytes_per_s = device.bytes_per_s,
                     .busy_share = device.busy,
                     .capacity_bytes_per_s = device.capacity_bytes_per_s});
  }
  return loads;
}

MachineLoad LoadOf(const Observation& observation) {
  MachineLoad load{.cores_limit = observation.cpu.limit,
                   .cores = observation.cpu.to_be_had,
                   .cores_own = observation.cpu.own,
                   .cores_other = observation.cpu.other,
                   .devices = LoadsOf(observation),
                   .readers_waiting = observation.demand.mean_outstanding,
                   .pressure = {}};
  const Pressure& pressure = observation.pressure;
  if (pressure.cpu || pressure.io || pressure.memory) {
    load.pressure = {.cpu = pressure.cpu.value_or(0),
                     .io = pressure.io.value_or(0),
                     .memory = pressure.memory.value_or(0)};
  }
  return load;
}

std::string ChangeWords(const MachineCapacity& before, const MachineCapacity& now,
                        const Observation& observation) {
  double most = kNotableChange;
  std::string words = "the costs of the forms are known better, or the samples have changed";
  if (const double factor = FactorBetween(before.cores, now.cores); factor > most) {
    most = factor;
    words =
        Format("%.1f cores", now.cores) + Format(" are to be had instead of %.1f", before.cores);
  }
  const size_t devices = std::min(before.device_bytes_per_s.size(), now.device_bytes_per_s.size());
  for (size_t i = 0; i < devices && i < observation.devices.size(); ++i) {
    const double factor = FactorBetween(before.device_bytes_per_s[i], now.device_bytes_per_s[i]);
    if (factor <= most) continue;
    most = factor;
    words = "the device of " + observation.devices[i].name + " gives " +
            RateWords(now.device_bytes_per_s[i]) + " instead of " +
            RateWords(before.device_bytes_per_s[i]);
  }
  return words;
}

}  // namespace tensorfs
