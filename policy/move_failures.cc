// SPDX-License-Identifier: MIT
#include "policy/move_failures.h"

#include <algorithm>

namespace tensorfs {

void MoveFailures::Note(uint64_t sample, const std::string& message, Clock::time_point now) {
  std::lock_guard lock(mutex_);
  ++attempts_;
  last_ = message;
  Failed& failed = failed_[sample];
  failed.rest = std::clamp<Clock::duration>(2 * failed.rest, kShortest, kLongest);
  failed.until = now + failed.rest;
}

void MoveFailures::Forget(uint64_t sample) {
  std::lock_guard lock(mutex_);
  failed_.erase(sample);
}

bool MoveFailures::IsLeftAlone(uint64_t sample, Clock::time_point now) const {
  std::lock_guard lock(mutex_);
  const auto found = failed_.find(sample);
  return found != failed_.end() && now < found->second.until;
}

size_t MoveFailures::samples() const {
  std::lock_guard lock(mutex_);
  return failed_.size();
}

uint64_t MoveFailures::attempts() const {
  std::lock_guard lock(mutex_);
  return attempts_;
}

std::string MoveFailures::last() const {
  std::lock_guard lock(mutex_);
  return last_;
}

}  // namespace tensorfs
