// SPDX-License-Identifier: MIT
// How fast a mount delivers samples that are kept as they are, from where their bytes come, and at
// what cost: read by threads of this process, through the kernel. Not thread-safe.
#ifndef TENSORFS_TOOLS_PROFILE_DELIVERY_METER_H_
#define TENSORFS_TOOLS_PROFILE_DELIVERY_METER_H_

#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <vector>

#include "codec/result.h"
#include "tools/profile/private_mount.h"
#include "tools/profile/profile.h"
#include "tools/profile/timed_reading.h"

namespace tensorfs {

struct DeliverySettings {
  std::vector<int> threads = {1};
  int runs = 3;           // of each mode with each number of threads
  double run_s = 0.25;    // of reading at least; short passes are repeated
  double most_run_s = 5;  // after that a run ends, with a random part of the samples
};

// Who waits for the figures.
struct DeliveryWatcher {
  std::function<bool()> stop;    // asked all the time
  std::function<void()> on_run;  // a run has ended
};

// The same samples as files of the mount and of its source.
struct SampleFiles {
  std::vector<std::string> in_mount;
  std::vector<std::string> in_source;
};

class DeliveryMeter {
 public:
  // All must outlive it.
  DeliveryMeter(const PrivateMount* mount, const SampleFiles* files,
                const DeliverySettings* settings, const DeliveryWatcher* watcher)
      : mount_(mount), files_(files), settings_(settings), watcher_(watcher) {}

  // For each number of threads. REQUIRES: for kCache, the mount's cache has the samples.
  // Errors: kIo if a file cannot be read, the mount has gone or `stop` says so.
  Result<std::vector<Delivered>> Measure(ReadMode mode);

 private:
  // What one run or one pass over the samples took.
  struct Run {
    Reading reading;
    MountUse use;
  };

  Result<Run> MeasureRun(ReadMode mode, int threads);
  Result<Run> MeasurePass(ReadMode mode, int threads, double most_s);
  void DropFor(ReadMode mode) const;

  const PrivateMount* const mount_;
  const SampleFiles* const files_;
  const DeliverySettings* const settings_;
  const DeliveryWatcher* const watcher_;
  uint64_t seed_ = 0;
};

}  // namespace tensorfs

#endif  // TENSORFS_TOOLS_PROFILE_DELIVERY_METER_H_
