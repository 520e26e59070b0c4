// SPDX-License-Identifier: MIT
// Samples whose move failed, for a reason that may pass: each is left alone for a while, twice as
// long after each failure in a row, so that a few bad ones do not take all of the moves there are.
// Thread-safe.
#ifndef TENSORFS_POLICY_MOVE_FAILURES_H_
#define TENSORFS_POLICY_MOVE_FAILURES_H_

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <string>
#include <unordered_map>

namespace tensorfs {

class MoveFailures {
 public:
  using Clock = std::chrono::steady_clock;

  static constexpr std::chrono::seconds kShortest{10};
  static constexpr std::chrono::hours kLongest{1};

  void Note(uint64_t sample, const std::string& message, Clock::time_point now = Clock::now());
  // The sample was moved, or has gone.
  void Forget(uint64_t sample);

  bool IsLeftAlone(uint64_t sample, Clock::time_point now = Clock::now()) const;

  size_t samples() const;     // that were not moved since they failed
  uint64_t attempts() const;  // that failed, all of them
  std::string last() const;   // what the latest failure was

 private:
  struct Failed {
    Clock::duration rest{0};
    Clock::time_point until;
  };

  mutable std::mutex mutex_;  // guards all below
  std::unordered_map<uint64_t, Failed> failed_;
  uint64_t attempts_ = 0;
  std::string last_;
};

}  // namespace tensorfs

#endif  // TENSORFS_POLICY_MOVE_FAILURES_H_
