// SPDX-License-Identifier: MIT
#include "tools/profile/delivery_meter.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "tools/profile/page_cache.h"

namespace tensorfs {
namespace {

constexpr double kWarmUpS = 60;  // at most

struct Spread {
  double mean = 0;
  double stddev = 0;
};

// The standard deviation is that of a sample: 0 for a single value.
Spread SpreadOf(const std::vector<double>& values) {
  const auto count = static_cast<double>(values.size());
  const double mean = std::accumulate(values.begin(), values.end(), 0.0) / count;
  if (values.size() < 2) return {mean, 0};
  double squares = 0;
  for (const double value : values) squares += (value - mean) * (value - mean);
  return {mean, std::sqrt(squares / (count - 1))};
}

}  // namespace

void DeliveryMeter::DropFor(ReadMode mode) const {
  if (mode == ReadMode::kPageCache) return;
  DropFromPageCache(files_->in_mount, DirtyPages::kStay);
  if (mode != ReadMode::kCold) return;
  DropFromPageCache(files_->in_source, DirtyPages::kStay);
  DropFromPageCache(mount_->SegmentFiles(), DirtyPages::kAreWrittenFirst);
}

Result<DeliveryMeter::Run> DeliveryMeter::MeasurePass(ReadMode mode, int threads, double most_s) {
  DropFor(mode);
  const Result<MountUse> before = mount_->Use();
  if (!before) return tl::unexpected(before.error());
  const Result<Reading> reading = ReadFiles(
      files_->in_mount, {.threads = threads,
                         .seed = ++seed_,
                         .at_most_s = most_s,
                         .at_least_s = mode == ReadMode::kPageCache ? settings_->run_s : 0,
                         .stop = watcher_->stop});
  if (!reading) return tl::unexpected(reading.error());
  if (watcher_->stop()) return Fail(ErrorCode::kIo, "interrupted");
  const Result<MountUse> after = mount_->Use();
  if (!after) return tl::unexpected(after.error());
  return Run{.reading = *reading,
             .use = {.cpu_s = after->cpu_s - before->cpu_s,
                     .disk_bytes = after->disk_bytes - before->disk_bytes}};
}

Result<DeliveryMeter::Run> DeliveryMeter::MeasureRun(ReadMode mode, int threads) {
  Run sum;
  do {
    const Result<Run> pass = MeasurePass(mode, threads, settings_->most_run_s - sum.reading.wall_s);
    if (!pass) return pass;
    sum.reading += pass->reading;
    sum.use.cpu_s += pass->use.cpu_s;
    sum.use.disk_bytes += pass->use.disk_bytes;
  } while (sum.reading.wall_s < settings_->run_s);
  return sum;
}

Result<std::vector<Delivered>> DeliveryMeter::Measure(ReadMode mode) {
  const int most_threads = *std::ranges::max_element(settings_->threads);
  // What is only done once is not what is measured: headers that are read, pages that are filled.
  if (auto warm = MeasurePass(ReadMode::kWarm, most_threads, kWarmUpS); !warm) {
    return tl::unexpected(warm.error());
  }
  std::vector<Delivered> delivered;
  for (const int threads : settings_->threads) {
    std::vector<double> rates;
    Run sum;
    for (int run = 0; run < settings_->runs; ++run) {
      const Result<Run> measured = MeasureRun(mode, threads);
      if (!measured) return tl::unexpected(measured.error());
      watcher_->on_run();
      rates.push_back(static_cast<double>(measured->reading.files) / measured->reading.wall_s);
      sum.reading += measured->reading;
      sum.use.cpu_s += measured->use.cpu_s;
      sum.use.disk_bytes += measured->use.disk_bytes;
    }
    const auto files = static_cast<double>(sum.reading.files);
    const Spread rate = SpreadOf(rates);
    delivered.push_back({.mode = mode,
                         .threads = threads,
                         .samples_per_s = rate.mean,
                         .samples_per_s_stddev = rate.stddev,
                         .cpu_s = (sum.reading.cpu_s + sum.use.cpu_s) / files,
                         .disk_bytes = static_cast<double>(sum.use.disk_bytes) / files});
  }
  return delivered;
}

}  // namespace tensorfs
