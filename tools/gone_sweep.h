// SPDX-License-Identifier: MIT
// Drops what a mount's store keeps of samples whose source is gone, renamed or removed, when their
// room is wanted: after puts were refused. Most such samples nobody asks for again, so nobody else
// would notice.
//
// For one thread; takes a small part of its time while it looks, and holds no locks.
#ifndef TENSORFS_TOOLS_GONE_SWEEP_H_
#define TENSORFS_TOOLS_GONE_SWEEP_H_

#include <chrono>
#include <cstdint>
#include <stop_token>

#include "cache/sample_store.h"
#include "fs/sample_fs.h"

namespace tensorfs {

class GoneSweep {
 public:
  // Both must outlive it.
  GoneSweep(const SampleFs* fs, const SampleStore* store) : fs_(fs), store_(store) {}

  // To be called now and then. Looks at all that is kept, unless nothing was refused since the last
  // time or that was a short while ago.
  void Tick(const std::stop_token& stop);

 private:
  using Clock = std::chrono::steady_clock;

  uint64_t DropGone(const std::stop_token& stop) const;

  const SampleFs* const fs_;
  const SampleStore* const store_;
  uint64_t refusals_noticed_ = 0;
  Clock::time_point rests_until_;
};

}  // namespace tensorfs

#endif  // TENSORFS_TOOLS_GONE_SWEEP_H_
