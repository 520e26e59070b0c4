// SPDX-License-Identifier: MIT
// What went wrong in a sample store: counters, and the condition that keeps it from writing, which
// lasts until a payload was made durable. After a failed write the store rests a while, so that a
// full disk costs little.
//
// Thread-safe; one mutex guards everything.
#ifndef TENSORFS_CACHE_STORE_HEALTH_H_
#define TENSORFS_CACHE_STORE_HEALTH_H_

#include <chrono>
#include <mutex>
#include <optional>
#include <string>

#include "cache/store_stats.h"
#include "codec/result.h"

namespace tensorfs {

class StoreHealth {
 public:
  using Clock = std::chrono::steady_clock;
  static constexpr Clock::duration kRest = std::chrono::seconds(1);

  void Count(uint64_t StoreEvents::*counter, uint64_t times = 1) {
    std::lock_guard lock(mutex_);
    events_.*counter += times;
  }

  void WriteFailed(const Error& error) {
    std::lock_guard lock(mutex_);
    ++events_.write_errors;
    if (!condition_) condition_ = error;  // what follows from it says less
    rests_until_ = Clock::now() + kRest;
  }
  // A payload was made durable.
  void WriteSucceeded() {
    std::lock_guard lock(mutex_);
    if (!is_lost_) condition_.reset();
  }
  // Nothing can be kept any more.
  void Lost(const Error& error) {
    std::lock_guard lock(mutex_);
    if (is_lost_) return;
    ++events_.write_errors;
    condition_ = error;
    is_lost_ = true;
  }

  // The condition while the store rests.
  Result<void> MayWrite() const {
    std::lock_guard lock(mutex_);
    if (condition_ && (is_lost_ || Clock::now() < rests_until_)) return tl::unexpected(*condition_);
    return {};
  }

  StoreEvents events() const {
    std::lock_guard lock(mutex_);
    return events_;
  }
  std::string condition() const {
    std::lock_guard lock(mutex_);
    return condition_ ? condition_->message : std::string();
  }

 private:
  mutable std::mutex mutex_;
  StoreEvents events_;
  std::optional<Error> condition_;
  bool is_lost_ = false;
  Clock::time_point rests_until_;
};

}  // namespace tensorfs

#endif  // TENSORFS_CACHE_STORE_HEALTH_H_
