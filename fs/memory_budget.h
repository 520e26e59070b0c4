// SPDX-License-Identifier: MIT
// A hard limit on the memory that serving tensors uses. Whoever needs memory leases it first and
// waits, in order of arrival, until the limit allows it; so a large request is served in its turn.
//
// Never acquire a lease while holding one: two threads that do would wait for each other.
// TryAcquire does not wait, so it may be called then.
//
// Copies are handles of the same budget, which lives as long as the last of them and every lease.
// Thread-safe; one mutex guards the counters and the queue. The reclaimer is called without it.
#ifndef TENSORFS_FS_MEMORY_BUDGET_H_
#define TENSORFS_FS_MEMORY_BUDGET_H_

#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <utility>

#include "codec/result.h"

namespace tensorfs {

class MemoryBudget {
  struct State;

 public:
  // Gives its bytes back when destroyed. Movable; one thread at a time.
  class Lease {
   public:
    Lease() = default;
    Lease(Lease&& other) noexcept
        : state_(std::move(other.state_)), bytes_(std::exchange(other.bytes_, 0)) {}
    Lease& operator=(Lease&& other) noexcept {
      std::swap(state_, other.state_);
      std::swap(bytes_, other.bytes_);
      return *this;
    }
    ~Lease() { ShrinkTo(0); }

    size_t bytes() const { return bytes_; }
    // REQUIRES: bytes <= bytes().
    void ShrinkTo(size_t bytes);
    // Takes `bytes` out of this lease into one of their own. REQUIRES: bytes <= bytes().
    Lease Split(size_t bytes);

   private:
    friend class MemoryBudget;
    Lease(std::shared_ptr<State> state, size_t bytes) : state_(std::move(state)), bytes_(bytes) {}

    std::shared_ptr<State> state_;
    size_t bytes_ = 0;
  };

  // Asked to free about so many bytes that are leased but not needed; it may free less, and is then
  // asked again after a while.
  using Reclaimer = std::function<void(size_t bytes)>;

  explicit MemoryBudget(size_t limit_bytes);

  size_t limit_bytes() const { return state_->limit_bytes; }

  // REQUIRES: nobody acquires meanwhile.
  void SetReclaimer(Reclaimer reclaimer) { state_->reclaimer = std::move(reclaimer); }

  // Waits until the bytes are free. Errors: kTooLarge if they exceed the whole budget.
  Result<Lease> Acquire(size_t bytes);

  // The bytes if they are free now, before all who wait.
  std::optional<Lease> TryAcquire(size_t bytes);

  size_t used_bytes() const;
  size_t peak_bytes() const;  // the most that was ever leased at once

 private:
  struct State {
    explicit State(size_t limit) : limit_bytes(limit) {}
    bool Fits(size_t bytes) const { return bytes <= limit_bytes - used_bytes; }
    void Take(size_t bytes);
    void Release(size_t bytes);
    void WaitForRoom(std::unique_lock<std::mutex>& lock, std::condition_variable& turn,
                     size_t bytes);
    void WakeFirst();

    const size_t limit_bytes;
    Reclaimer reclaimer;
    std::mutex mutex;  // guards all below
    size_t used_bytes = 0;
    size_t peak_bytes = 0;
    std::deque<std::condition_variable*> waiting;  // in order of arrival; the first may take
  };

  std::shared_ptr<State> state_;
};

}  // namespace tensorfs

#endif  // TENSORFS_FS_MEMORY_BUDGET_H_
