// SPDX-License-Identifier: MIT
// The cores that this process could have had in a stretch of time, given its affinity, the quotas
// of its control groups, and what others took. Works without root and in a container.
#ifndef TENSORFS_POLICY_CPU_CAPACITY_H_
#define TENSORFS_POLICY_CPU_CAPACITY_H_

#include <optional>
#include <string>
#include <vector>

#include "policy/cgroup.h"

namespace tensorfs {

// In cores: CPU seconds a second.
struct CpuObservation {
  double limit = 1;  // affinity and quotas, were the machine ours
  double own = 0;    // used by this process
  double other = 0;  // used by others on the cores that we may use
  double idle = 0;   // of those cores; waiting for a disk is idle
  double spare = 0;  // of the idle, what quotas would have let this process have
  // What this process could have: its own and the spare, but a fair share of the limit at least.
  // Others that take all there is make room for it once it asks for more.
  double to_be_had = 1;

  // Share of the spare in what this process had or could have had without taking from others.
  double slack() const { return spare > 0 ? spare / (own + spare) : 0; }
};

// The counters at one moment.
struct CpuSnapshot {
  double time_s = 0;  // of a steady clock
  double own_s = 0;
  int cores = 1;                 // in our affinity
  std::optional<double> idle_s;  // summed over those; none if the kernel does not tell
  std::vector<CpuQuota> quotas;
};

// `root` is put before /proc, for tests. Thread-safe.
CpuSnapshot TakeCpuSnapshot(const std::string& root = "");

// What happened between the two. Pure. Where the kernel does not tell of idle time, all that is not
// ours counts as idle.
CpuObservation CpuBetween(const CpuSnapshot& before, const CpuSnapshot& after);

}  // namespace tensorfs

#endif  // TENSORFS_POLICY_CPU_CAPACITY_H_
