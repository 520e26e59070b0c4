// SPDX-License-Identifier: MIT
#include "cache/idle_worker.h"

#include "cache/idle_priority.h"

namespace tensorfs {

IdleWorker::IdleWorker() : thread_([this] { Run(); }) {}

IdleWorker::~IdleWorker() {
  {
    std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  changed_.notify_all();
  thread_.join();
}

void IdleWorker::Do(const std::function<void()>& work) {
  std::unique_lock lock(mutex_);
  work_ = &work;
  changed_.notify_all();
  changed_.wait(lock, [&] { return work_ == nullptr; });
}

void IdleWorker::Run() {
  TakeIdlePriority();
  std::unique_lock lock(mutex_);
  while (true) {
    changed_.wait(lock, [&] { return work_ != nullptr || stopping_; });
    if (work_ == nullptr) return;
    const std::function<void()>& work = *work_;
    lock.unlock();
    work();
    lock.lock();
    work_ = nullptr;
    changed_.notify_all();
  }
}

}  // namespace tensorfs
