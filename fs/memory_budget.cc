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
  state_->Release(bytes_ - bytes);
  bytes_ = bytes;
}

MemoryBudget::Lease MemoryBudget::Lease::Split(size_t bytes) {
  bytes_ -= bytes;
  return {state_, bytes};
}

MemoryBudget::MemoryBudget(size_t limit_bytes) : state_(std::make_shared<State>(limit_bytes)) {}

Result<MemoryBudget::Lease> MemoryBudget::Acquire(size_t bytes) {
  if (bytes > limit_bytes()) {
    return Fail(ErrorCode::kTooLarge, "needs " +
                                          std::to_string((bytes + kMebibyte - 1) / kMebibyte) +
                                          " MiB of memory, the whole budget is " +
                                          std::to_string(limit_bytes() / kMebibyte) + " MiB");
  }
  std::unique_lock lock(state_->mutex);
  if (!state_->waiting.empty() || !state_->Fits(bytes)) {
    std::condition_variable turn;
    state_->waiting.push_back(&turn);
    state_->WaitForRoom(lock, turn, bytes);
    state_->waiting.pop_front();
  }
  state_->Take(bytes);
  state_->WakeFirst();
  return Lease(state_, bytes);
}

std::optional<MemoryBudget::Lease> MemoryBudget::TryAcquire(size_t bytes) {
  std::lock_guard lock(state_->mutex);
  if (!state_->Fits(bytes)) return std::nullopt;
  state_->Take(bytes);
  return Lease(state_, bytes);
}

void MemoryBudget::State::Take(size_t bytes) {
  used_bytes += bytes;
  peak_bytes = std::max(peak_bytes, used_bytes);
}

// Until the caller is the first in the queue and the bytes are free.
void MemoryBudget::State::WaitForRoom(std::unique_lock<std::mutex>& lock,
                                      std::condition_variable& turn, size_t bytes) {
  turn.wait(lock, [&] { return waiting.front() == &turn; });
  while (!Fits(bytes)) {
    const size_t missing_bytes = bytes - (limit_bytes - used_bytes);
    if (reclaimer) {
      lock.unlock();
      reclaimer(missing_bytes);
      lock.lock();
    }
    turn.wait_for(lock, kReclaimInterval, [&] { return Fits(bytes); });
  }
}

void MemoryBudget::State::Release(size_t bytes) {
  std::lock_guard lock(mutex);
  used_bytes -= bytes;
  WakeFirst();
}

void MemoryBudget::State::WakeFirst() {
  if (!waiting.empty()) waiting.front()->notify_one();
}

size_t MemoryBudget::used_bytes() const {
  std::lock_guard lock(state_->mutex);
  return state_->used_bytes;
}

size_t MemoryBudget::peak_bytes() const {
  std::lock_guard lock(state_->mutex);
  return state_->peak_bytes;
}

}  // namespace tensorfs
