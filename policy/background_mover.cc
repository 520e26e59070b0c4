// SPDX-License-Identifier: MIT
#include "policy/background_mover.h"

#include <algorithm>
#include <new>
#include <utility>

#include "cache/idle_priority.h"
#include "policy/thread_cpu.h"

namespace tensorfs {
namespace {

constexpr std::chrono::seconds kShortestRest{1};
constexpr std::chrono::seconds kLongestRest{60};
// The share's limits may change meanwhile.
constexpr std::chrono::milliseconds kLongestWait{250};

// Whether the next sample would most likely fare no better: the disk or memory is full, say.
bool ConcernsAll(ErrorCode code) {
  return code == ErrorCode::kTooLarge || code == ErrorCode::kBusy || code == ErrorCode::kIo;
}

}  // namespace

BackgroundMover::BackgroundMover(MigrationShare* share, Next next, MoveTo move)
    : share_(share),
      next_(std::move(next)),
      move_(std::move(move)),
      thread_([this](const std::stop_token& stop) { Run(stop); }) {}

void BackgroundMover::Notify() {
  std::lock_guard lock(mutex_);
  notified_ = true;
  changed_.notify_all();
}

void BackgroundMover::Pause(bool paused) {
  std::lock_guard lock(mutex_);
  paused_ = paused;
  changed_.notify_all();
}

BackgroundMover::Stats BackgroundMover::Now() const {
  std::lock_guard lock(mutex_);
  return stats_;
}

void BackgroundMover::Run(const std::stop_token& stop) {
  TakeIdlePriority();
  std::unique_lock lock(mutex_);
  while (!stop.stop_requested()) {
    if (!MayMove(lock, stop)) continue;
    notified_ = false;
    lock.unlock();
    const std::optional<Target> target = next_();
    lock.lock();
    has_next_ = target.has_value();
    // Told to stop or to pause meanwhile: whoever gives samples gives this one again some time.
    if (!target || paused_ || stop.stop_requested()) continue;
    stats_.state = State::kMoving;
    lock.unlock();
    uint64_t cpu_ns = 0;
    const Result<bool> moved = MakeMove(*target, &cpu_ns);
    share_->Charge(static_cast<int64_t>(cpu_ns), 0);
    lock.lock();
    stats_.cpu_ns += cpu_ns;
    Count(moved);
  }
}

// Waits for a while if not.
bool BackgroundMover::MayMove(std::unique_lock<std::mutex>& lock, const std::stop_token& stop) {
  const Clock::duration until_share = share_->TimeUntilSurplus();
  const Clock::duration until_rested = rest_until_ - Clock::now();
  if (paused_) {
    Wait(lock, stop, State::kPaused, kLongestRest);
  } else if (!has_next_ && !notified_) {
    Wait(lock, stop, State::kNothingToDo, kLongestRest);
  } else if (until_rested > Clock::duration::zero()) {
    Wait(lock, stop, State::kRefused, until_rested);
  } else if (until_share > Clock::duration::zero()) {
    Wait(lock, stop, State::kShareUsedUp, std::min<Clock::duration>(until_share, kLongestWait));
  } else {
    return true;
  }
  return false;
}

// Until anything is changed, but not longer than that.
void BackgroundMover::Wait(std::unique_lock<std::mutex>& lock, const std::stop_token& stop,
                           State why, Clock::duration most) {
  stats_.state = why;
  const bool was_paused = paused_;
  const bool was_notified = notified_;
  changed_.wait_for(lock, stop, most,
                    [&] { return paused_ != was_paused || notified_ != was_notified; });
}

Result<bool> BackgroundMover::MakeMove(const Target& target, uint64_t* cpu_ns) const {
  const uint64_t start_ns = ThreadCpuNs();
  Result<bool> moved = false;
  try {
    moved = move_(target);
  } catch (const std::bad_alloc&) {
    moved = Fail(ErrorCode::kTooLarge, "the system is out of memory");
  }
  *cpu_ns = ThreadCpuNs() - start_ns;
  return moved;
}

// Rests twice as long after each refusal in a row.
void BackgroundMover::Count(const Result<bool>& moved) {
  if (moved) {
    stats_.moved += *moved ? 1 : 0;
    rest_ = Clock::duration::zero();
    return;
  }
  const ErrorCode code = moved.error().code;
  if (code == ErrorCode::kUnsupported) {
    ++stats_.unsuited;
  } else {
    ++stats_.failed;
  }
  if (!ConcernsAll(code)) return;
  rest_ = std::clamp<Clock::duration>(2 * rest_, kShortestRest, kLongestRest);
  rest_until_ = Clock::now() + rest_;
}

}  // namespace tensorfs
