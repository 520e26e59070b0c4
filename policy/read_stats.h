// SPDX-License-Identifier: MIT
// What serving samples has cost since the mount started, and lately. The observation that the
// status, the metrics and every policy decision start from. Thread-safe; the counters are atomics
// and the recent window is guarded by its own mutex, held for a few additions only.
#ifndef TENSORFS_POLICY_READ_STATS_H_
#define TENSORFS_POLICY_READ_STATS_H_

#include <array>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <mutex>

namespace tensorfs {

// Where a sample's final tensor came from.
enum class Origin : uint8_t { kSource, kStore, kCache };
inline constexpr int kOrigins = 3;

// The cost of making one sample's final tensor.
struct SampleCost {
  Origin origin = Origin::kSource;
  uint64_t read_bytes = 0;    // of the source file, the stored payload or the cached file
  uint64_t tensor_bytes = 0;  // of the presented file
  uint64_t cpu_ns = 0;        // by the thread's CPU clock, kernel time included
  uint64_t wall_ns = 0;
};

struct OriginStats {
  uint64_t samples = 0;
  uint64_t read_bytes = 0;
  uint64_t cpu_ns = 0;
};

// Totals since start; rates over the recent window.
struct ReadStatsSnapshot {
  uint64_t reads = 0;  // read requests answered, errors included
  uint64_t bytes_served = 0;
  uint64_t samples = 0;  // tensors made, from whatever they came
  uint64_t source_bytes = 0;
  uint64_t cpu_ns = 0;
  std::array<OriginStats, kOrigins> origins;
  uint64_t sample_errors = 0;  // attempts to make a sample that failed
  double samples_per_s = 0;    // over the last full seconds of the window
  double cpu_us_per_sample = 0;
  double uptime_s = 0;
};

class ReadStats {
 public:
  ReadStats();

  void CountReply(uint64_t bytes);
  void CountSample(const SampleCost& cost);
  void CountSampleError();

  ReadStatsSnapshot Snapshot() const;

 private:
  // One second's share of the recent window.
  struct Second {
    int64_t second = -1;
    uint64_t samples = 0;
    uint64_t cpu_ns = 0;
  };
  static constexpr int kWindowSeconds = 10;

  const std::chrono::steady_clock::time_point start_;
  std::atomic<uint64_t> reads_{0};
  std::atomic<uint64_t> bytes_served_{0};
  struct OriginCounters {
    std::atomic<uint64_t> samples{0};
    std::atomic<uint64_t> read_bytes{0};
    std::atomic<uint64_t> cpu_ns{0};
  };
  std::array<OriginCounters, kOrigins> origins_;
  std::atomic<uint64_t> sample_errors_{0};
  mutable std::mutex window_mutex_;  // guards window_
  std::array<Second, kWindowSeconds + 1> window_;
};

}  // namespace tensorfs

#endif  // TENSORFS_POLICY_READ_STATS_H_
