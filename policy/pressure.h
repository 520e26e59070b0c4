// SPDX-License-Identifier: MIT
// How much tasks wait for CPU, disk and memory, as the kernel sees it (pressure stall information,
// Linux 4.20 and later, where it is turned on): of this process's control group if it has its own
// numbers, else of the machine. Each may be missing.
#ifndef TENSORFS_POLICY_PRESSURE_H_
#define TENSORFS_POLICY_PRESSURE_H_

#include <optional>
#include <string>

namespace tensorfs {

// Shares of a stretch of time in which some task waited.
struct Pressure {
  std::optional<double> cpu;
  std::optional<double> io;
  std::optional<double> memory;
};

// The counters at one moment.
struct PressureSnapshot {
  std::string directory;  // whose they are
  std::optional<double> cpu_s;
  std::optional<double> io_s;
  std::optional<double> memory_s;
};

// `root` is put before /proc, for tests. Thread-safe.
PressureSnapshot TakePressureSnapshot(const std::string& root = "");

// What happened in the seconds between the two; nothing if they are not of the same group. Pure.
Pressure PressureBetween(const PressureSnapshot& before, const PressureSnapshot& after,
                         double seconds);

}  // namespace tensorfs

#endif  // TENSORFS_POLICY_PRESSURE_H_
