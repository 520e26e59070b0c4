// SPDX-License-Identifier: MIT
#include "fs/sample_errors.h"

namespace tensorfs {

bool SampleErrors::Remember(Inode inode, const std::string& cause) {
  std::lock_guard lock(mutex_);
  const auto [entry, is_new] = causes_.try_emplace(inode, cause);
  if (!is_new) {
    if (entry->second == cause) return false;
    entry->second = cause;
    return true;
  }
  order_.push_back(inode);
  while (order_.size() > capacity_) {
    causes_.erase(order_.front());
    order_.pop_front();
  }
  count_.store(causes_.size(), std::memory_order_relaxed);
  return true;
}

void SampleErrors::Clear(Inode inode) {
  if (count_.load(std::memory_order_relaxed) == 0) return;
  std::lock_guard lock(mutex_);
  causes_.erase(inode);
  count_.store(causes_.size(), std::memory_order_relaxed);
}

std::optional<std::string> SampleErrors::Find(Inode inode) const {
  std::lock_guard lock(mutex_);
  const auto entry = causes_.find(inode);
  if (entry == causes_.end()) return std::nullopt;
  return entry->second;
}

}  // namespace tensorfs
