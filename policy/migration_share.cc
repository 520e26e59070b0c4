// SPDX-License-Identifier: MIT
#include "policy/migration_share.h"

#include <algorithm>
#include <cmath>
#include <utility>

namespace tensorfs {
namespace {

constexpr double kBurstSeconds = 1;
constexpr double kRecentSeconds = 5;  // in which what was used lately fades to 1/e
constexpr double kNsPerSecond = 1e9;

}  // namespace

MigrationShare::MigrationShare(const Limits& limits, Now now)
    : now_(std::move(now)), limits_(limits), last_(now_()) {
  SetRates();
  cpu_.level = cpu_.rate * kBurstSeconds;
  disk_.level = disk_.rate * kBurstSeconds;
}

void MigrationShare::SetLimits(const Limits& limits) {
  std::lock_guard lock(mutex_);
  Advance();
  const bool had_cores = limits_.cores > 0;
  const bool had_disk = limits_.bytes_per_s > 0;
  limits_ = limits;
  SetRates();
  // What was not known before starts as at first.
  if (!had_cores) cpu_.level = cpu_.rate * kBurstSeconds;
  if (!had_disk) disk_.level = disk_.rate * kBurstSeconds;
}

MigrationShare::Limits MigrationShare::limits() const {
  std::lock_guard lock(mutex_);
  return limits_;
}

void MigrationShare::SetRates() {
  cpu_.rate = limits_.share * limits_.cores;
  disk_.rate = limits_.share * limits_.bytes_per_s;
}

// To the present.
void MigrationShare::Advance() const {
  const Clock::time_point now = now_();
  const double seconds = std::max(0.0, std::chrono::duration<double>(now - last_).count());
  last_ = std::max(last_, now);
  for (Bucket* bucket : {&cpu_, &disk_}) {
    bucket->level = std::min(bucket->level + bucket->rate * seconds, bucket->rate * kBurstSeconds);
    bucket->recent *= std::exp(-seconds / kRecentSeconds);
  }
}

double MigrationShare::SecondsUntilStart(const Bucket& bucket) {
  if (bucket.rate <= 0 || bucket.level > 0) return 0;
  // A little more than nothing has to be there.
  constexpr double kLeastSeconds = 1e-3;
  return -bucket.level / bucket.rate + kLeastSeconds;
}

MigrationShare::Clock::duration MigrationShare::TimeUntilStart() const {
  std::lock_guard lock(mutex_);
  if (limits_.share <= 0) return Clock::duration::max();
  if (limits_.share >= 1) return Clock::duration::zero();
  Advance();
  const std::chrono::duration<double> wait(
      std::max(SecondsUntilStart(cpu_), SecondsUntilStart(disk_)));
  return std::chrono::duration_cast<Clock::duration>(wait);
}

void MigrationShare::Charge(int64_t cpu_ns, int64_t bytes) {
  std::lock_guard lock(mutex_);
  Advance();
  const double cpu_s = static_cast<double>(cpu_ns) / kNsPerSecond;
  cpu_.recent += cpu_s;
  disk_.recent += static_cast<double>(bytes);
  if (limits_.share >= 1) return;  // nothing to make up for when it is less again
  if (cpu_.rate > 0) cpu_.level -= cpu_s;
  if (disk_.rate > 0) disk_.level -= static_cast<double>(bytes);
}

MigrationShare::Use MigrationShare::RecentUse() const {
  std::lock_guard lock(mutex_);
  Advance();
  const auto part = [](const Bucket& bucket, double all_per_s) {
    return all_per_s > 0 ? std::max(0.0, bucket.recent) / (kRecentSeconds * all_per_s) : 0.0;
  };
  return {.cpu = part(cpu_, limits_.cores), .disk = part(disk_, limits_.bytes_per_s)};
}

}  // namespace tensorfs
