// SPDX-License-Identifier: MIT
#include "policy/read_meter.h"

namespace tensorfs {

// Books the time since the last change.
void ReadMeter::Advance() const {
  const Clock::time_point now = Clock::now();
  const auto elapsed_ns =
      static_cast<uint64_t>(std::chrono::nanoseconds(now - counted_until_).count());
  counted_until_ = now;
  if (outstanding_ > 0) totals_.busy_ns += elapsed_ns;
  totals_.outstanding_ns += elapsed_ns * outstanding_;
}

void ReadMeter::Begin() {
  std::lock_guard lock(mutex_);
  Advance();
  ++outstanding_;
}

void ReadMeter::Add(uint64_t bytes) {
  std::lock_guard lock(mutex_);
  totals_.bytes += bytes;
}

void ReadMeter::End(uint64_t bytes, bool counts) {
  std::lock_guard lock(mutex_);
  Advance();
  --outstanding_;
  totals_.bytes += bytes;
  if (counts) ++totals_.reads;
}

ReadMeterTotals ReadMeter::Totals() const {
  std::lock_guard lock(mutex_);
  Advance();
  return totals_;
}

}  // namespace tensorfs
