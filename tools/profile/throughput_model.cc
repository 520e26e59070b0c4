// SPDX-License-Identifier: MIT
#include "tools/profile/throughput_model.h"

#include <algorithm>

namespace tensorfs {
namespace {

// Times that differ by less than this are alike.
constexpr double kAlike = 0.05;

double SecondsAt(double amount, double per_s) {
  if (amount <= 0) return 0;
  return per_s > 0 ? amount / per_s : std::numeric_limits<double>::infinity();
}

double ShareOf(double part_s, double all_s) { return all_s > 0 ? part_s / all_s : 0; }

Resource BusierOf(double cpu_s, double disk_s) {
  if (std::min(cpu_s, disk_s) >= (1 - kAlike) * std::max(cpu_s, disk_s)) return Resource::kBoth;
  return disk_s > cpu_s ? Resource::kDisk : Resource::kCpu;
}

}  // namespace

std::string_view NameOf(Resource resource) {
  switch (resource) {
    case Resource::kCpu:
      return "the CPU";
    case Resource::kDisk:
      return "the disk";
    case Resource::kBoth:
      break;
  }
  return "CPU and disk alike";
}

PredictedRate PredictRate(const ReadDemand& demand, const Capacity& machine) {
  const double cpu_s = SecondsAt(demand.cpu_s, machine.cores);
  const double held_s = SecondsAt(CoreSeconds(demand), machine.cores);
  const double disk_s = SecondsAt(demand.read_bytes, machine.disk_bytes_per_s);
  const double sample_s = std::max(held_s, disk_s);
  PredictedRate rate;
  rate.samples_per_s = sample_s > 0 ? 1 / sample_s : std::numeric_limits<double>::infinity();
  rate.cpu_share = std::min(ShareOf(cpu_s, sample_s), 1.0);
  rate.disk_share = ShareOf(disk_s, sample_s);
  rate.binding = sample_s > 0 ? BusierOf(cpu_s, disk_s) : Resource::kCpu;
  return rate;
}

ReadDemand Calibrated(const ReadDemand& counted, const Capacity& machine, double samples_per_s) {
  const double sample_s = 1 / samples_per_s;
  const double disk_s = SecondsAt(counted.read_bytes, machine.disk_bytes_per_s);
  ReadDemand demand = counted;
  demand.held_s = sample_s * machine.cores;
  if (sample_s > (1 + kAlike) * disk_s) return demand;
  // The disk alone explains the rate.
  demand.held_s = std::min(counted.cpu_s, demand.held_s);
  demand.read_bytes *= sample_s / disk_s;
  return demand;
}

}  // namespace tensorfs
