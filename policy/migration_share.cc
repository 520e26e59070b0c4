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
  const auto rate = [&](double all, double idle) {
    return std::max(limits_.share * all, std::min(idle, all));
  };
  cpu_.rate = rate(limits_.cores, limits_.idle_cores);
  disk_.rate = rate(limits_.bytes_per_s, limits_.idle_bytes_per_s);
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

double MigrationShare::SecondsUntil(const Bucket& bucket, double level) {
  if (bucket.rate <= 0 || bucket.level > level) return 0;
  // A little more than that has to be there.
  constexpr double kLeastSeconds = 1e-3;
  return (level - bucket.level) / bucket.rate + kLeastSeconds;
}

MigrationShare::Clock::duration MigrationShare::TimeUntilStart() const { return TimeUntil(0); }

MigrationShare::Clock::duration MigrationShare::TimeUntilSurplus() const {
  constexpr double kLeftToReads = 0.5;
  return TimeUntil(kLeftToReads);
}

// Until the buckets hold more than that part of what they can.
MigrationShare::Clock::duration MigrationShare::TimeUntil(double part) const {
  std::lock_guard lock(mutex_);
  if (limits_.share <= 0) return Clock::duration::max();
  if (limits_.share >= 1) return Clock::duration::zero();
  Advance();
  const std::chrono::duration<double> wait(
      std::max(SecondsUntil(cpu_, part * cpu_.rate * kBurstSeconds),
               SecondsUntil(disk_, part * disk_.rate * kBurstSeconds)));
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
