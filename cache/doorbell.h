// SPDX-License-Identifier: MIT
// Wakes one thread that waits for work; rings before it waits are not lost. Thread-safe.
#ifndef TENSORFS_CACHE_DOORBELL_H_
#define TENSORFS_CACHE_DOORBELL_H_

#include <condition_variable>
#include <mutex>

namespace tensorfs {

class Doorbell {
 public:
  void Ring() { Set(rung_); }
  void Close() { Set(closed_); }  // from now on nobody waits

  // Waits for a ring. Returns whether the bell is still open.
  bool Wait() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return rung_ || closed_; });
    rung_ = false;
    return !closed_;
  }
  // Waits that long or until the bell is closed; rings stay.
  template <typename Duration>
  bool Rest(Duration duration) {
    std::unique_lock lock(mutex_);
    return !changed_.wait_for(lock, duration, [&] { return closed_; });
  }
  bool is_closed() const {
    std::lock_guard lock(mutex_);
    return closed_;
  }

 private:
  void Set(bool& flag) {
    {
      std::lock_guard lock(mutex_);
      flag = true;
    }
    changed_.notify_all();
  }

  mutable std::mutex mutex_;  // guards the flags
  std::condition_variable changed_;
  bool rung_ = false;
  bool closed_ = false;
};

}  // namespace tensorfs

#endif  // TENSORFS_CACHE_DOORBELL_H_
