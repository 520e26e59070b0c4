// SPDX-License-Identifier: MIT
#include "policy/read_stats.h"

#include <algorithm>

namespace tensorfs {
namespace {

int64_t SecondsSince(std::chrono::steady_clock::time_point start) {
  const auto elapsed = std::chrono::steady_clock::now() - start;
  return std::chrono::duration_cast<std::chrono::seconds>(elapsed).count();
}

}  // namespace

ReadStats::ReadStats() : start_(std::chrono::steady_clock::now()) {}

void ReadStats::CountReply(uint64_t bytes) {
  reads_.fetch_add(1, std::memory_order_relaxed);
  bytes_served_.fetch_add(bytes, std::memory_order_relaxed);
}

void ReadStats::CountSample(const SampleCost& cost) {
  OriginCounters& origin = origins_[static_cast<size_t>(cost.origin)];
  origin.samples.fetch_add(1, std::memory_order_relaxed);
  origin.read_bytes.fetch_add(cost.read_bytes, std::memory_order_relaxed);
  origin.cpu_ns.fetch_add(cost.cpu_ns, std::memory_order_relaxed);

  const int64_t now = SecondsSince(start_);
  std::lock_guard lock(window_mutex_);
  Second& slot = window_[static_cast<size_t>(now) % window_.size()];
  if (slot.second != now) slot = {.second = now};
  slot.samples += 1;
  slot.cpu_ns += cost.cpu_ns;
}

void ReadStats::CountSampleError() { sample_errors_.fetch_add(1, std::memory_order_relaxed); }

ReadStatsSnapshot ReadStats::Snapshot() const {
  ReadStatsSnapshot snapshot;
  snapshot.reads = reads_.load(std::memory_order_relaxed);
  snapshot.bytes_served = bytes_served_.load(std::memory_order_relaxed);
  for (size_t i = 0; i < origins_.size(); ++i) {
    OriginStats& origin = snapshot.origins[i];
    origin = {.samples = origins_[i].samples.load(std::memory_order_relaxed),
              .read_bytes = origins_[i].read_bytes.load(std::memory_order_relaxed),
              .cpu_ns = origins_[i].cpu_ns.load(std::memory_order_relaxed)};
    snapshot.samples += origin.samples;
    snapshot.cpu_ns += origin.cpu_ns;
  }
  snapshot.source_bytes = snapshot.origins[static_cast<size_t>(Origin::kSource)].read_bytes;
  snapshot.sample_errors = sample_errors_.load(std::memory_order_relaxed);
  snapshot.uptime_s =
      std::chrono::duration<double>(std::chrono::steady_clock::now() - start_).count();

  // The running second is left out: it is not over, so it would read low.
  const int64_t now = SecondsSince(start_);
  uint64_t samples = 0;
  uint64_t cpu_ns = 0;
  {
    std::lock_guard lock(window_mutex_);
    for (const Second& slot : window_) {
      if (slot.second < 0 || slot.second >= now || slot.second < now - kWindowSeconds) continue;
      samples += slot.samples;
      cpu_ns += slot.cpu_ns;
    }
  }
  const int64_t seconds = std::clamp<int64_t>(now, 1, kWindowSeconds);
  snapshot.samples_per_s = static_cast<double>(samples) / static_cast<double>(seconds);
  if (samples > 0) {
    snapshot.cpu_us_per_sample = static_cast<double>(cpu_ns) / 1e3 / static_cast<double>(samples);
  }
  return snapshot;
}

}  // namespace tensorfs
