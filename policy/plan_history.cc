// SPDX-License-Identifier: MIT
#include "policy/plan_history.h"

#include <utility>

namespace tensorfs {

void PlanHistory::Add(PlanChange change, double rate_before) {
  std::lock_guard lock(mutex_);
  ++count_;
  rate_before_ = rate_before;
  changes_.push_back(std::move(change));
  if (changes_.size() > kKept) changes_.pop_front();
}

void PlanHistory::NoteMoved(uint64_t moved) {
  std::lock_guard lock(mutex_);
  if (!changes_.empty()) changes_.back().moved = moved;
}

void PlanHistory::NoteSettled(double rate_now) {
  std::lock_guard lock(mutex_);
  if (changes_.empty() || rate_before_ <= 0) return;
  changes_.back().achieved_gain = rate_now / rate_before_ - 1;
}

uint64_t PlanHistory::changes() const {
  std::lock_guard lock(mutex_);
  return count_;
}

std::vector<PlanChange> PlanHistory::Changes() const {
  std::lock_guard lock(mutex_);
  return {changes_.begin(), changes_.end()};
}

}  // namespace tensorfs
