// SPDX-License-Identifier: MIT
#include "cache/space_budget.h"

#include <algorithm>
#include <limits>

namespace tensorfs {

bool SpaceBudget::TryTake(uint64_t bytes, Use use) {
  std::lock_guard lock(mutex_);
  if (bytes > FreeBytesLocked(use)) return false;
  used_bytes_ += bytes;
  return true;
}

void SpaceBudget::Take(uint64_t bytes) {
  std::lock_guard lock(mutex_);
  used_bytes_ += bytes;
}

void SpaceBudget::Give(uint64_t bytes) {
  std::lock_guard lock(mutex_);
  used_bytes_ -= std::min(bytes, used_bytes_);
}

uint64_t SpaceBudget::used_bytes() const {
  std::lock_guard lock(mutex_);
  return used_bytes_;
}

uint64_t SpaceBudget::FreeBytes(Use use) const {
  std::lock_guard lock(mutex_);
  return FreeBytesLocked(use);
}

uint64_t SpaceBudget::FreeBytesLocked(Use use) const {
  if (limit_bytes_ == 0) return std::numeric_limits<uint64_t>::max();
  const uint64_t room = use == Use::kRewrite ? limit_bytes_ : limit_bytes_ - reserve_bytes_;
  return room - std::min(room, used_bytes_);
}

}  // namespace tensorfs
