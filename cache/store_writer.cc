// SPDX-License-Identifier: MIT
#include "cache/store_writer.h"

#include <algorithm>
#include <map>
#include <set>
#include <utility>

#include "cache/sample_record.h"

namespace tensorfs {
namespace {

bool KeepsNothing(const std::vector<StoreChange>& group) {
  return std::ranges::none_of(group, [](const StoreChange& change) { return !!change.sample; });
}

}  // namespace

StoreWriter::StoreWriter(CatalogWriter& catalog, SegmentTable& segments, SpaceBudget& budget,
                         StoreHealth& health, Doorbell& committed)
    : catalog_(catalog),
      segments_(segments),
      budget_(budget),
      health_(health),
      committed_(committed),
      thread_([this] { Run(); }) {}

StoreWriter::~StoreWriter() {
  {
    std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  wake_.notify_one();
  thread_.join();
}

void StoreWriter::Put(std::string_view key, const StoredSample& sample) {
  std::lock_guard lock(mutex_);
  SetWaiting(key, sample);
  waiting_bytes_ += sample.location.payload_bytes;
}

void StoreWriter::Drop(std::string_view key) {
  std::lock_guard lock(mutex_);
  SetWaiting(key, std::nullopt);
}

void StoreWriter::Move(std::string_view key, const StoredSample& from, const RecordLocation& to) {
  StoredSample moved = from;
  moved.location = to;
  std::lock_guard lock(mutex_);
  moves_.push_back({std::string(key), moved, from.location});
  ++added_;
  wake_.notify_one();
}

bool StoreWriter::DropAt(std::string_view key, const RecordLocation& location) {
  std::lock_guard lock(mutex_);
  const auto waiting = waiting_.find(key);
  if (waiting == waiting_.end()) {
    const auto committing = committing_.find(key);
    const bool is_newer = committing != committing_.end() &&
                          (!committing->second || committing->second->location != location);
    if (is_newer) return false;
  } else if (!waiting->second || waiting->second->location != location) {
    return false;
  }
  SetWaiting(key, std::nullopt);
  return true;
}

std::optional<StoreWriter::Change> StoreWriter::FindWaiting(std::string_view key) const {
  std::lock_guard lock(mutex_);
  for (const Changes* changes : {&waiting_, &committing_}) {
    const auto entry = changes->find(key);
    if (entry != changes->end()) return entry->second;
  }
  return std::nullopt;
}

std::vector<std::pair<std::string, StoreWriter::Change>> StoreWriter::Waiting() const {
  std::lock_guard lock(mutex_);
  std::vector<std::pair<std::string, Change>> waiting(waiting_.begin(), waiting_.end());
  for (const auto& entry : committing_) {
    if (!waiting_.contains(entry.first)) waiting.emplace_back(entry);
  }
  return waiting;
}

bool StoreWriter::IsFull() const {
  std::lock_guard lock(mutex_);
  return waiting_.size() >= kMaxWaiting;
}

Result<void> StoreWriter::Flush() {
  std::unique_lock lock(mutex_);
  const uint64_t target = added_;
  flush_wanted_ = true;
  wake_.notify_one();
  settled_changed_.wait(lock, [&] { return settled_ >= target; });
  return last_outcome_;
}

void StoreWriter::CompactCatalog() {
  std::unique_lock lock(mutex_);
  compaction_wanted_ = true;
  flush_wanted_ = true;
  wake_.notify_one();
  settled_changed_.wait(lock, [&] { return !compaction_wanted_; });
}

void StoreWriter::Run() {
  std::unique_lock lock(mutex_);
  while (true) {
    wake_.wait(lock,
               [&] { return stopping_ || flush_wanted_ || !waiting_.empty() || !moves_.empty(); });
    // What failed is not tried again at once.
    const auto pause = last_outcome_ ? kGroupTime : StoreHealth::kRest;
    wake_.wait_for(lock, pause,
                   [&] { return stopping_ || flush_wanted_ || waiting_bytes_ >= kGroupBytes; });
    const bool stopping = stopping_;
    CommitGroup(lock);
    if (stopping) return;
  }
}

// Called and left with the lock held.
void StoreWriter::CommitGroup(std::unique_lock<std::mutex>& lock) {
  const std::vector<StoreChange> group = TakeGroup();
  // What was put before the disk was full tells nothing of it, and what is dropped takes less room.
  const bool shows_room = health_.MayWrite() && !KeepsNothing(group);
  const uint64_t settled = added_;
  const bool compaction_wanted = compaction_wanted_;
  flush_wanted_ = false;
  lock.unlock();

  const CatalogWriter::Applied applied = Commit(group);
  const Result<void>& outcome = applied.outcome;
  if (compaction_wanted) {
    catalog_.Compact();
  } else if (outcome) {
    catalog_.CompactIfWasteful();
  }
  bool try_again = false;
  if (!outcome) {
    health_.WriteFailed(outcome.error());
    try_again = FreeDropped(group) && KeepsNothing(group);
  } else if (shows_room) {
    health_.WriteSucceeded();
  }

  lock.lock();
  committing_.clear();
  for (size_t i = applied.count; i < group.size(); ++i) GiveUp(group[i]);
  if (try_again) {
    flush_wanted_ = true;  // by those who wait for these drops
    return;
  }
  if (!group.empty()) last_outcome_ = outcome;
  settled_ = settled;
  if (compaction_wanted) compaction_wanted_ = false;
  settled_changed_.notify_all();
  if (!group.empty()) committed_.Ring();
}

// REQUIRES: the lock is held, no group is in hand.
std::vector<StoreChange> StoreWriter::TakeGroup() {
  committing_.swap(waiting_);
  waiting_bytes_ = 0;
  std::vector<StoreChange> group;
  group.reserve(committing_.size() + moves_.size());
  for (const auto& [key, change] : committing_) group.push_back({key, change, std::nullopt});
  for (StoreChange& move : moves_) {
    // A newer change makes the copy garbage before anyone saw it.
    if (committing_.contains(move.key)) {
      segments_.AddGarbage(*move.sample);
    } else {
      group.push_back(std::move(move));
    }
  }
  moves_.clear();
  return group;
}

CatalogWriter::Applied StoreWriter::Commit(const std::vector<StoreChange>& group) {
  Result<void> synced = SyncRecords(group);
  if (!synced) return {0, std::move(synced)};
  return catalog_.Apply(group);
}

// Where the disk has no room for the catalog to say that samples go, segments that hold nothing
// else go first: an entry that leads to a segment that is gone is dropped when the store is opened.
// Returns whether there were any.
bool StoreWriter::FreeDropped(const std::vector<StoreChange>& group) {
  std::map<uint32_t, uint64_t> dropped_bytes;
  for (const StoreChange& change : group) {
    const auto old = change.sample ? std::nullopt : catalog_.Find(change.key);
    if (old) dropped_bytes[old->location.segment] += RecordBytes(old->location.payload_bytes);
  }
  if (dropped_bytes.empty()) return false;
  segments_.SealActive();
  bool freed = false;
  for (const SegmentTable::Sealed& segment : segments_.SealedSegments()) {
    if (segment.live_bytes > dropped_bytes[segment.number]) continue;
    segments_.Remove(segment.number);
    health_.Count(&StoreEvents::segments_removed);
    freed = true;
  }
  return freed;
}

Result<void> StoreWriter::SyncRecords(const std::vector<StoreChange>& group) {
  std::set<uint32_t> numbers;
  for (const StoreChange& change : group) {
    if (change.sample) numbers.insert(change.sample->location.segment);
  }
  for (const uint32_t number : numbers) {
    const SegmentTable::FilePtr file = segments_.Find(number);
    if (!file) continue;  // the catalog was lost meanwhile
    if (auto synced = file->Sync(); !synced) {
      // What the system could not write it may have forgotten: nothing more goes there.
      segments_.SealActive();
      return synced;
    }
  }
  if (numbers.empty()) return {};
  return segments_.SyncDirectory();
}

// A put is lost; a drop waits again, lest the entry come back. REQUIRES: the lock is held.
void StoreWriter::GiveUp(const StoreChange& change) {
  if (change.sample) {
    segments_.AddGarbage(*change.sample);
    if (!change.only_at) budget_.Give(CatalogWriter::ChargeOf(change.key));
  } else if (!waiting_.contains(change.key)) {
    waiting_.emplace(change.key, std::nullopt);
  }
}

// REQUIRES: the lock is held.
void StoreWriter::SetWaiting(std::string_view key, const Change& change) {
  const auto entry = waiting_.find(key);
  if (entry == waiting_.end()) {
    waiting_.emplace(key, change);
  } else {
    if (entry->second) {
      segments_.AddGarbage(*entry->second);
      budget_.Give(CatalogWriter::ChargeOf(key));
    }
    entry->second = change;
  }
  ++added_;
  wake_.notify_one();
}

}  // namespace tensorfs
