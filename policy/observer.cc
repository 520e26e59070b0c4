// SPDX-License-Identifier: MIT
#include "policy/observer.h"

#include <algorithm>
#include <utility>

namespace tensorfs {
namespace {

constexpr double kNsPerSecond = 1e9;
constexpr double kShortestWindowS = 1e-3;

// Cores are the bottleneck if none of them is idle, unless it is others that keep them busy.
constexpr double kNoSlack = 0.08;
constexpr double kMainUser = 0.4;  // of the limit

bool IsCpuBound(const CpuObservation& cpu) {
  return cpu.slack() < kNoSlack && cpu.own >= kMainUser * cpu.limit;
}

// What a meter counted in a window, by the second.
struct Rates {
  Rates(const ReadMeterTotals& before, const ReadMeterTotals& after, double window_s)
      : bytes(static_cast<double>(after.bytes - before.bytes) / window_s),
        reads(static_cast<double>(after.reads - before.reads) / window_s),
        busy(std::min(
            1.0, static_cast<double>(after.busy_ns - before.busy_ns) / kNsPerSecond / window_s)),
        outstanding(static_cast<double>(after.outstanding_ns - before.outstanding_ns) /
                    kNsPerSecond / window_s) {}

  double bytes;
  double reads;
  double busy;
  double outstanding;
};

}  // namespace

Observer::Observer(const DeviceMeters* devices, const ReadMeter* requests, std::string root)
    : devices_(devices),
      requests_(requests),
      root_(std::move(root)),
      requests_before_(requests->Totals()),
      cpu_before_(TakeCpuSnapshot(root_)),
      pressure_before_(TakePressureSnapshot(root_)) {
  for (const DeviceMeters::Device& device : devices_->devices()) {
    known_.push_back({.before = device.meter.Totals(), .capacity = {}});
  }
}

Observation Observer::Observe() {
  Observation seen;
  CpuSnapshot cpu = TakeCpuSnapshot(root_);
  seen.window_s = std::max(kShortestWindowS, cpu.time_s - cpu_before_.time_s);
  seen.cpu = CpuBetween(cpu_before_, cpu);
  cpu_before_ = std::move(cpu);
  seen.demand = ObserveDemand(seen.window_s);
  const Probed probed = TakeProbed();
  for (size_t i = 0; i < known_.size(); ++i) {
    seen.devices.push_back(ObserveDevice(i, IsCpuBound(seen.cpu), seen.window_s, probed));
  }
  LearnMisses(probed.empty());
  PressureSnapshot pressure = TakePressureSnapshot(root_);
  seen.pressure = PressureBetween(pressure_before_, pressure, seen.window_s);
  pressure_before_ = std::move(pressure);
  return seen;
}

Demand Observer::ObserveDemand(double window_s) {
  const ReadMeterTotals now = requests_->Totals();
  const Rates rates(requests_before_, now, window_s);
  requests_before_ = now;
  return {.busy = rates.busy,
          .mean_outstanding = rates.outstanding,
          .bytes_per_s = rates.bytes,
          .requests_per_s = rates.reads};
}

void Observer::NoteProbe(size_t device, std::optional<double> bytes_per_s) {
  std::lock_guard lock(mutex_);
  probed_[device] = bytes_per_s;
}

Observer::Probed Observer::TakeProbed() {
  std::lock_guard lock(mutex_);
  return std::exchange(probed_, {});
}

// A probe reads past the page cache, which says nothing about other reads.
void Observer::LearnMisses(bool counts) {
  uint64_t read = 0;
  for (const Device& device : known_) read += device.before.bytes;
  if (!counts) misses_.Skip();
  misses_.Update(read, BytesFromDevices(root_));
}

// What a device gives is bytes that readers see, of which memory has some.
DeviceObservation Observer::ObserveDevice(size_t index, bool cpu_bound, double window_s,
                                          const Probed& probed) {
  const DeviceMeters::Device& device = devices_->devices()[index];
  Device* const known = &known_[index];
  const ReadMeterTotals now = device.meter.Totals();
  const Rates rates(known->before, now, window_s);
  if (const auto found = probed.find(index); found != probed.end()) {
    known->capacity.NoteProbe(found->second ? std::optional(*found->second / misses_.share())
                                            : std::nullopt);
  } else {
    known->capacity.Update({.window_s = window_s,
                            .busy_s = rates.busy * window_s,
                            .bytes = now.bytes - known->before.bytes,
                            .reads = now.reads - known->before.reads,
                            .cpu_bound = cpu_bound});
  }
  known->before = now;
  return {.name = device.name,
          .bytes_per_s = rates.bytes,
          .reads_per_s = rates.reads,
          .busy = rates.busy,
          .mean_outstanding = rates.outstanding,
          .capacity_bytes_per_s = known->capacity.bytes_per_s(),
          .basis = known->capacity.basis(),
          .is_doubtful = known->capacity.IsDoubtful()};
}

}  // namespace tensorfs
