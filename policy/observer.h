// SPDX-License-Identifier: MIT
// What the machine had to give and what the mount took of it, from one look to the next. The policy
// plans from this.
//
// For one thread at a time, but for NoteProbe. Works in a container and without root: what the
// system does not tell is left out or taken as unlimited.
#ifndef TENSORFS_POLICY_OBSERVER_H_
#define TENSORFS_POLICY_OBSERVER_H_

#include <chrono>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "policy/capacity_estimate.h"
#include "policy/cpu_capacity.h"
#include "policy/device_meters.h"
#include "policy/pressure.h"
#include "policy/process_io.h"
#include "policy/read_meter.h"

namespace tensorfs {

// One device in the window.
struct DeviceObservation {
  std::string name;  // what lies on it: "source", "source+store", …
  double bytes_per_s = 0;
  double reads_per_s = 0;
  double busy = 0;              // share of the time with at least one read outstanding
  double mean_outstanding = 0;  // reads, over all the time
  std::optional<double> capacity_bytes_per_s;  // that it could give; none before enough was read
  CapacityBasis basis = CapacityBasis::kNone;  // of that
  bool is_doubtful = false;                    // the window had signs of another capacity
};

// How much readers wait for the mount.
struct Demand {
  double busy = 0;              // share of the time with at least one request outstanding
  double mean_outstanding = 0;  // requests, over all the time
  double bytes_per_s = 0;       // of presented files
  double requests_per_s = 0;
};

struct Observation {
  double window_s = 0;
  CpuObservation cpu;
  std::vector<DeviceObservation> devices;  // in the order of DeviceMeters::devices
  Demand demand;
  Pressure pressure;
};

class Observer {
 public:
  // Both must outlive the observer. `root` is put before /proc, for tests.
  Observer(const DeviceMeters* devices, const ReadMeter* requests, std::string root = "");

  // What happened since the last call, or since the observer was made. Meant for every second or
  // so: each call is a window of the capacity estimates. Reads some ten small files.
  Observation Observe();

  // A probe found that a device, an index of DeviceMeters::devices, gives so many bytes a second
  // past the page cache, or could not find out. The next Observe takes that for its capacity.
  // Thread-safe.
  void NoteProbe(size_t device, std::optional<double> bytes_per_s);

 private:
  using Probed = std::map<size_t, std::optional<double>>;

  struct Device {
    ReadMeterTotals before;
    CapacityEstimate capacity;
  };

  Probed TakeProbed();
  void LearnMisses(bool counts);
  Demand ObserveDemand(double window_s);
  DeviceObservation ObserveDevice(size_t index, bool cpu_bound, double window_s,
                                  const Probed& probed);

  const DeviceMeters* const devices_;
  const ReadMeter* const requests_;
  const std::string root_;
  std::vector<Device> known_;  // in the order of devices_
  ReadMeterTotals requests_before_;
  CpuSnapshot cpu_before_;
  PressureSnapshot pressure_before_;
  MissShare misses_;

  std::mutex mutex_;  // guards what follows
  Probed probed_;     // by device, since the last look
};

}  // namespace tensorfs

#endif  // TENSORFS_POLICY_OBSERVER_H_
