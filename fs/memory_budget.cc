// SPDX-License-Identifier: MIT
#include "fs/memory_budget.h"

#include <algorithm>
#include <chrono>
#include <string>

namespace tensorfs {
namespace {

// What cannot be reclaimed now can be when it has not been used for a while.
constexpr std::chrono::milliseconds kReclaimInterval{20};

constexpr size_t kMebibyte = size_t{1} << 20;

}  // namespace

void MemoryBudget::Lease::ShrinkTo(size_t bytes) {
  if (bytes == bytes_) return;
  budget_->Release(bytes_ - bytes);
  bytes_ = bytes;
}

Result<MemoryBudget::Lease> MemoryBudget::Acquire(size_t bytes) {
  if (bytes > limit_bytes_) {
    return Fail(ErrorCode::kTooLarge, "needs " +
                                          std::to_string((bytes + kMebibyte - 1) / kMebibyte) +
                                          " MiB of memory, the whole budget is " +
                                          std::to_string(limit_bytes_ / kMebibyte) + " MiB");
  }
  std::unique_lock lock(mutex_);
  if (!waiting_.empty() || !Fits(bytes)) {
    std::condition_variable turn;
    waiting_.push_back(&turn);
    WaitForRoom(lock, turn, bytes);
    waiting_.pop_front();
  }
  used_bytes_ += bytes;
  peak_bytes_ = std::max(peak_bytes_, used_bytes_);
  WakeFirst();
  return Lease(this, bytes);
}

// Until the caller is the first in the queue and the bytes are free.
void MemoryBudget::WaitForRoom(std::unique_lock<std::mutex>& lock, std::condition_variable& turn,
                               size_t bytes) {
  turn.wait(lock, [&] { return waiting_.front() == &turn; });
  while (!Fits(bytes)) {
    const size_t missing_bytes = bytes - (limit_bytes_ - used_bytes_);
    if (reclaimer_) {
      lock.unlock();
      reclaimer_(missing_bytes);
      lock.lock();
    }
    turn.wait_for(lock, kReclaimInterval, [&] { return Fits(bytes); });
  }
}

void MemoryBudget::Release(size_t bytes) {
  std::lock_guard lock(mutex_);
  used_bytes_ -= bytes;
  WakeFirst();
}

void MemoryBudget::WakeFirst() {
  if (!waiting_.empty()) waiting_.front()->notify_one();
}

size_t MemoryBudget::used_bytes() const {
  std::lock_guard lock(mutex_);
  return used_bytes_;
}

size_t MemoryBudget::peak_bytes() const {
  std::lock_guard lock(mutex_);
  return peak_bytes_;
}

}  // namespace tensorfs
