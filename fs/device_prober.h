// SPDX-License-Identifier: MIT
// Finds out what the source's device gives by asking it for all it has, for a moment: reads whole
// files as a loader would, several at once and past the page cache. A device that nobody keeps busy
// cannot be judged by its quick answers, since a throttled one gives them too.
// Immutable; a run takes a thread of its own and starts a few more.
#ifndef TENSORFS_FS_DEVICE_PROBER_H_
#define TENSORFS_FS_DEVICE_PROBER_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "fs/sample_fs.h"
#include "policy/read_meter.h"

namespace tensorfs {

class DeviceProber {
 public:
  struct Limits {
    int threads = 4;
    double seconds = 0.7;
    uint64_t bytes = uint64_t{512} << 20;
    // Of both, that do not count: what a throttle has saved up goes at once.
    double warm_up = 0.3;
    uint64_t enough_bytes = uint64_t{1} << 20;  // fewer tell nothing
    size_t samples = 1024;                      // to choose from, each read once
  };

  // Both must outlive the prober; `meter` is that of the source, told of what is read here too, so
  // that the device does not seem slow to whoever reads beside.
  DeviceProber(const SampleFs* fs, ReadMeter* meter) : DeviceProber(fs, meter, Limits()) {}
  DeviceProber(const SampleFs* fs, ReadMeter* meter, Limits limits)
      : fs_(fs), meter_(meter), limits_(limits) {}

  // Bytes a second, those that others read meanwhile included. Nothing if there is too little to
  // read, or `stop` was requested.
  std::optional<double> Run(const std::stop_token& stop) const;

 private:
  class Progress;

  void ReadFiles(const std::vector<std::string>& paths, Progress& progress,
                 const std::stop_token& stop) const;

  const SampleFs* const fs_;
  ReadMeter* const meter_;
  const Limits limits_;
};

}  // namespace tensorfs

#endif  // TENSORFS_FS_DEVICE_PROBER_H_
