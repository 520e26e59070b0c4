// SPDX-License-Identifier: MIT
#include "policy/errand_thread.h"

namespace tensorfs {

ErrandThread::ErrandThread() : thread_([this](const std::stop_token& stop) { Run(stop); }) {}

void ErrandThread::Do(const std::function<void()>& errand) {
  const std::lock_guard turn(caller_mutex_);
  std::unique_lock lock(mutex_);
  errand_ = &errand;
  changed_.notify_all();
  changed_.wait(lock, [this] { return errand_ == nullptr; });
}

void ErrandThread::Run(const std::stop_token& stop) {
  std::unique_lock lock(mutex_);
  while (changed_.wait(lock, stop, [this] { return errand_ != nullptr; })) {
    const std::function<void()>& errand = *errand_;
    lock.unlock();
    errand();
    lock.lock();
    errand_ = nullptr;
    changed_.notify_all();
  }
}

}  // namespace tensorfs
