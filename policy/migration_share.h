// SPDX-License-Identifier: MIT
// The part of the machine that moving samples may use: a share of the CPU time of all cores to be
// had and of the bytes that the disk can take, or what nobody else uses of them, if that is more:
// only what readers would have used costs them anything. Two buckets that fill at that rate and
// hold one second of it; a move may start while neither is empty, and is charged for what it has
// used, so a long one leaves a debt that has to be made up for before the next one starts.
//
// Thread-safe; one mutex, held for a few additions.
#ifndef TENSORFS_POLICY_MIGRATION_SHARE_H_
#define TENSORFS_POLICY_MIGRATION_SHARE_H_

#include <chrono>
#include <cstdint>
#include <functional>
#include <mutex>

namespace tensorfs {

class MigrationShare {
 public:
  using Clock = std::chrono::steady_clock;
  using Now = std::function<Clock::time_point()>;

  static constexpr double kDefault = 0.2;

  struct Limits {
    double share = kDefault;  // 0: nothing moves; 1 or more: nothing is held back
    double cores = 0;         // to be had; 0: not known, so the CPU is not limited
    double bytes_per_s = 0;   // that the disk can take; 0: not known, so the disk is not limited
    double idle_cores = 0;    // of these, that nothing but moves uses
    double idle_bytes_per_s = 0;
  };
  // Of all that there is, lately; 0 where that is not known.
  struct Use {
    double cpu = 0;
    double disk = 0;
  };

  explicit MigrationShare(const Limits& limits, Now now = Clock::now);

  // From now on; debts stay.
  void SetLimits(const Limits& limits);
  Limits limits() const;

  bool MayStart() const { return TimeUntilStart() <= Clock::duration::zero(); }
  // How long until a move may start, if nothing is charged meanwhile; Clock::duration::max() with a
  // share of 0.
  Clock::duration TimeUntilStart() const;
  // The same for moves that can wait: they leave half of what the buckets hold to reads, whose
  // moves are cheaper, since the sample is at hand.
  Clock::duration TimeUntilSurplus() const;

  // What a move has used, or is expected to; negative numbers give back what it did not.
  void Charge(int64_t cpu_ns, int64_t bytes);

  Use RecentUse() const;

 private:
  // Of CPU-seconds or of bytes.
  struct Bucket {
    double rate = 0;    // a second; 0: no limit
    double level = 0;   // negative: a debt
    double recent = 0;  // used lately, the older the less
  };

  static double SecondsUntil(const Bucket& bucket, double level);
  Clock::duration TimeUntil(double part) const;
  void SetRates();
  void Advance() const;

  const Now now_;
  mutable std::mutex mutex_;  // guards all below
  Limits limits_;
  mutable Clock::time_point last_;  // the buckets are as of then
  mutable Bucket cpu_;
  mutable Bucket disk_;
};

}  // namespace tensorfs

#endif  // TENSORFS_POLICY_MIGRATION_SHARE_H_
