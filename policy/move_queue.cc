// SPDX-License-Identifier: MIT
#include "policy/move_queue.h"

#include <utility>

namespace tensorfs {

bool MoveQueue::HasRoom(const std::string& path, const Form& form) const {
  std::lock_guard lock(mutex_);
  return HasRoomLocked(path, form);
}

bool MoveQueue::HasRoomLocked(const std::string& path, const Form& form) const {
  if (held_bytes_ >= limit_bytes_) return false;
  const auto entry = entries_.find(path);
  if (entry == entries_.end()) return true;
  return entry->second.working == 0 && entry->second.waiting->value.form != form;
}

MoveQueue::Offered MoveQueue::Offer(Move move) {
  const std::string path = move.sample.path;
  const size_t bytes = move.value.bytes.size();
  Offered offered;
  std::lock_guard lock(mutex_);
  const auto known = entries_.find(path);
  const bool displaces = known != entries_.end() && known->second.waiting;
  const size_t freed_bytes = displaces ? known->second.waiting->value.bytes.size() : 0;
  if (!HasRoomLocked(path, move.value.form) || held_bytes_ - freed_bytes + bytes > limit_bytes_) {
    offered.left = std::move(move);
    return offered;
  }
  Entry& entry = entries_[path];
  if (!displaces) order_.push_back(path);
  offered.left = std::exchange(entry.waiting, std::move(move));
  held_bytes_ += bytes - freed_bytes;
  offered.taken = true;
  not_empty_.notify_one();
  return offered;
}

std::optional<MoveQueue::Taken> MoveQueue::Take(const std::stop_token& stop) {
  std::unique_lock lock(mutex_);
  while (not_empty_.wait(lock, stop, [this] { return !order_.empty(); })) {
    if (stop.stop_requested()) break;
    const std::string path = std::move(order_.front());
    order_.pop_front();
    const auto found = entries_.find(path);
    if (found == entries_.end() || !found->second.waiting) continue;
    Entry& entry = found->second;
    ++entry.working;
    Move move = *std::exchange(entry.waiting, std::nullopt);
    const size_t bytes = move.value.bytes.size();
    return Taken{std::move(move), {path, ++clock_, bytes}};
  }
  return std::nullopt;
}

MoveQueue::Work MoveQueue::Begin(const std::string& path) {
  std::lock_guard lock(mutex_);
  ++entries_[path].working;
  return {.path = path, .began = ++clock_};
}

void MoveQueue::End(const Work& work) {
  std::lock_guard lock(mutex_);
  const auto entry = entries_.find(work.path);
  --entry->second.working;
  held_bytes_ -= work.bytes;
  DropIfDone(entry);
}

void MoveQueue::DropIfDone(Entries::iterator entry) {
  if (entry->second.working > 0 || entry->second.waiting) return;
  entries_.erase(entry);
  if (entries_.empty()) idle_.notify_all();
}

std::optional<Move> MoveQueue::Cancel(const std::string& path) {
  std::lock_guard lock(mutex_);
  const auto entry = entries_.find(path);
  if (entry == entries_.end()) return std::nullopt;
  std::optional<Move> waited = std::exchange(entry->second.waiting, std::nullopt);
  if (waited) held_bytes_ -= waited->value.bytes.size();
  entry->second.cancelled = ++clock_;
  DropIfDone(entry);
  return waited;
}

bool MoveQueue::IsVoid(const Work& work) const {
  std::lock_guard lock(mutex_);
  const auto entry = entries_.find(work.path);
  return entry != entries_.end() && entry->second.cancelled > work.began;
}

void MoveQueue::Drain() {
  std::unique_lock lock(mutex_);
  idle_.wait(lock, [this] { return entries_.empty(); });
}

size_t MoveQueue::size() const {
  std::lock_guard lock(mutex_);
  return entries_.size();
}

size_t MoveQueue::held_bytes() const {
  std::lock_guard lock(mutex_);
  return held_bytes_;
}

}  // namespace tensorfs
