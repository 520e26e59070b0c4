// SPDX-License-Identifier: MIT
// A hard limit on the memory that serving tensors uses. Whoever needs memory leases it first and
// waits, in order of arrival, until the limit allows it; so a large request is served in its turn.
//
// Never acquire a lease while holding one: two threads that do would wait for each other.
//
// Thread-safe; one mutex guards the counters and the queue. The reclaimer is called without it.
#ifndef TENSORFS_FS_MEMORY_BUDGET_H_
#define TENSORFS_FS_MEMORY_BUDGET_H_

#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <mutex>
#include <utility>

#include "codec/result.h"

namespace tensorfs {

class MemoryBudget {
 public:
  // Gives its bytes back when destroyed. Movable; one thread at a time.
  class Lease {
   public:
    Lease() = default;
    Lease(Lease&& other) noexcept
        : budget_(std::exchange(other.budget_, nullptr)), bytes_(std::exchange(other.bytes_, 0)) {}
    Lease& operator=(Lease&& other) noexcept {
      std::swap(budget_, other.budget_);
      std::swap(bytes_, other.bytes_);
      return *this;
    }
    ~Lease() { ShrinkTo(0); }

    size_t bytes() const { return bytes_; }
    // REQUIRES: bytes <= bytes().
    void ShrinkTo(size_t bytes);

   private:
    friend class MemoryBudget;
    Lease(MemoryBudget* budget, size_t bytes) : budget_(budget), bytes_(bytes) {}

    MemoryBudget* budget_ = nullptr;
    size_t bytes_ = 0;
  };

  // Asked to free about so many bytes that are leased but not needed; it may free less, and is then
  // asked again after a while.
  using Reclaimer = std::function<void(size_t bytes)>;

  explicit MemoryBudget(size_t limit_bytes) : limit_bytes_(limit_bytes) {}

  size_t limit_bytes() const { return limit_bytes_; }

  // REQUIRES: nobody acquires meanwhile.
  void SetReclaimer(Reclaimer reclaimer) { reclaimer_ = std::move(reclaimer); }

  // Waits until the bytes are free. Errors: kTooLarge if they exceed the whole budget.
  Result<Lease> Acquire(size_t bytes);

  size_t used_bytes() const;
  size_t peak_bytes() const;  // the most that was ever leased at once

 private:
  void Release(size_t bytes);
  bool Fits(size_t bytes) const { return bytes <= limit_bytes_ - used_bytes_; }
  void WaitForRoom(std::unique_lock<std::mutex>& lock, std::condition_variable& turn, size_t bytes);
  void WakeFirst();

  const size_t limit_bytes_;
  Reclaimer reclaimer_;
  mutable std::mutex mutex_;  // guards all below
  size_t used_bytes_ = 0;
  size_t peak_bytes_ = 0;
  std::deque<std::condition_variable*> waiting_;  // in order of arrival; the first may take
};

}  // namespace tensorfs

#endif  // TENSORFS_FS_MEMORY_BUDGET_H_
