// SPDX-License-Identifier: MIT
#include "fs/recent_listings.h"

#include <algorithm>
#include <utility>

namespace tensorfs {

void RecentListings::Put(Inode directory, ListingPtr listing) {
  std::list<Entry> dropped;  // freed after the lock
  std::lock_guard lock(mutex_);
  const auto old = std::ranges::find(entries_, directory, &Entry::directory);
  if (old != entries_.end()) {
    bytes_ -= old->listing->memory_bytes();
    dropped.splice(dropped.end(), entries_, old);
  }
  bytes_ += listing->memory_bytes();
  entries_.push_front({directory, std::move(listing)});
  while (bytes_ > limit_bytes_ && entries_.size() > 1) {
    bytes_ -= entries_.back().listing->memory_bytes();
    dropped.splice(dropped.end(), entries_, std::prev(entries_.end()));
  }
}

RecentListings::ListingPtr RecentListings::Find(Inode directory) const {
  std::lock_guard lock(mutex_);
  const auto found = std::ranges::find(entries_, directory, &Entry::directory);
  return found == entries_.end() ? nullptr : found->listing;
}

void RecentListings::Drop(Inode directory) {
  std::list<Entry> dropped;  // freed after the lock
  std::lock_guard lock(mutex_);
  const auto found = std::ranges::find(entries_, directory, &Entry::directory);
  if (found == entries_.end()) return;
  bytes_ -= found->listing->memory_bytes();
  dropped.splice(dropped.end(), entries_, found);
}

}  // namespace tensorfs
