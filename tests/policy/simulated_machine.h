// SPDX-License-Identifier: MIT
// A disk behind a token bucket, a few cores, and readers that read a sample and then decode it, one
// after the other: what a meter would have counted, in windows of a second. Deterministic.
#ifndef TENSORFS_TESTS_POLICY_SIMULATED_MACHINE_H_
#define TENSORFS_TESTS_POLICY_SIMULATED_MACHINE_H_

#include <queue>
#include <random>
#include <vector>

#include "policy/capacity_estimate.h"

namespace tensorfs {

class SimulatedMachine {
 public:
  // May be changed between windows.
  struct Setting {
    double limit_bytes_per_s = 100e6;  // of the token bucket
    double slice_s = 0.1;              // tokens that it saves up
    double disk_bytes_per_s = 2e9;     // while there are tokens
    int cores = 2;
    double sample_bytes = 100e3;
    double decode_s = 1e-3;
    double wakeup_s = 0;  // at most, that a reader waits for a core after its read, where all work
  };

  SimulatedMachine(Setting setting, int readers);

  Setting& setting() { return setting_; }

  // The next second.
  DeviceWindow NextWindow();

 private:
  struct Arrival {
    double time_s;
    bool at_disk;  // else at the cores
    bool operator>(const Arrival& other) const { return time_s > other.time_s; }
  };
  // Numbers by second, those to come included.
  struct Second {
    double disk_busy_s = 0;
    double cores_busy_s = 0;
    double bytes = 0;
    int reads = 0;
  };

  void AtDisk(double now_s);
  void AtCores(double now_s);
  Second& SecondAt(double time_s);
  void Spread(double begin_s, double end_s, double Second::*part);

  Setting setting_;
  std::mt19937_64 random_{1};
  std::priority_queue<Arrival, std::vector<Arrival>, std::greater<>> arrivals_;
  std::vector<Second> seconds_;
  std::vector<double> core_free_s_;
  double tokens_ = 0;
  double tokens_at_s_ = 0;
  double disk_free_s_ = 0;
  double covered_until_s_ = 0;  // by reads
  size_t next_ = 0;
};

}  // namespace tensorfs

#endif  // TENSORFS_TESTS_POLICY_SIMULATED_MACHINE_H_
