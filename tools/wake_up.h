// SPDX-License-Identifier: MIT
// Wakes a thread that has nothing to do. Thread-safe.
#ifndef TENSORFS_TOOLS_WAKE_UP_H_
#define TENSORFS_TOOLS_WAKE_UP_H_

#include <chrono>
#include <condition_variable>
#include <mutex>
#include <stop_token>
#include <utility>

namespace tensorfs {

class WakeUp {
 public:
  void Call() {
    std::lock_guard lock(mutex_);
    called_ = true;
    changed_.notify_all();
  }

  // Until it was called since the last wait, `stop` is requested, or so long. Whether it was.
  bool Wait(const std::stop_token& stop, std::chrono::seconds most) {
    std::unique_lock lock(mutex_);
    changed_.wait_for(lock, stop, most, [&] { return called_; });
    return std::exchange(called_, false);
  }

 private:
  std::mutex mutex_;  // guards called_
  bool called_ = false;
  std::condition_variable_any changed_;
};

}  // namespace tensorfs

#endif  // TENSORFS_TOOLS_WAKE_UP_H_
