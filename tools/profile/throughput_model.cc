// SPDX-License-Identifier: MIT
#include "tools/profile/throughput_model.h"

#include <algorithm>

namespace tensorfs {
namespace {

// Resources whose times differ by less than this bind alike.
constexpr double kAlike = 0.05;

double SecondsAt(double amount, double per_s) {
  if (amount <= 0) return 0;
  return per_s > 0 ? amount / per_s : std::numeric_limits<double>::infinity();
}

double ShareOf(double part_s, double all_s) { return all_s > 0 ? part_s / all_s : 0; }

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
  const double disk_s = SecondsAt(demand.read_bytes, machine.disk_bytes_per_s);
  const double sample_s = std::max(cpu_s, disk_s);
  PredictedRate rate;
  rate.samples_per_s = sample_s > 0 ? 1 / sample_s : std::numeric_limits<double>::infinity();
  rate.cpu_share = ShareOf(cpu_s, sample_s);
  rate.disk_share = ShareOf(disk_s, sample_s);
  const double least = std::min(rate.cpu_share, rate.disk_share);
  if (least >= 1 - kAlike) {
    rate.binding = Resource::kBoth;
  } else {
    rate.binding = disk_s > cpu_s ? Resource::kDisk : Resource::kCpu;
  }
  return rate;
}

}  // namespace tensorfs
