// SPDX-License-Identifier: MIT
#include "cache/idle_worker.h"

#include <sched.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace tensorfs {
namespace {

// <linux/ioprio.h>, which not every system has.
constexpr int kIoPriorityOfThread = 1;
constexpr int kIoPriorityIdle = 3 << 13;

// Where it is refused, the work is done all the same.
void BecomeIdle() {
  const sched_param none = {};
  sched_setscheduler(0, SCHED_IDLE, &none);
  syscall(SYS_ioprio_set, kIoPriorityOfThread, 0, kIoPriorityIdle);
}

}  // namespace

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
  BecomeIdle();
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
