// SPDX-License-Identifier: MIT
// Directory listings that somebody is in the middle of. The kernel opens no directories here, which
// spares two requests for each, so nothing tells which listing a request for its next part
// belongs to: it is the directory's latest. One that has been forgotten is made again.
//
// Thread-safe: one mutex guards everything; it is held for memory accesses only.
#ifndef TENSORFS_FS_RECENT_LISTINGS_H_
#define TENSORFS_FS_RECENT_LISTINGS_H_

#include <cstddef>
#include <list>
#include <memory>
#include <mutex>

#include "fs/dir_listing.h"
#include "fs/inode.h"

namespace tensorfs {

class RecentListings {
 public:
  using ListingPtr = std::shared_ptr<const DirListing>;

  // Whoever stops in the middle leaves a listing behind, so the oldest go when there are more than
  // so many bytes of them. The latest always stays.
  explicit RecentListings(size_t limit_bytes = size_t{32} << 20) : limit_bytes_(limit_bytes) {}

  // In place of the directory's last listing.
  void Put(Inode directory, ListingPtr listing);

  // Null if it was forgotten.
  ListingPtr Find(Inode directory) const;

  // Its end was read.
  void Drop(Inode directory);

 private:
  struct Entry {
    Inode directory;
    ListingPtr listing;
  };

  const size_t limit_bytes_;
  mutable std::mutex mutex_;  // guards all below
  std::list<Entry> entries_;  // the latest first; few, so looked through
  size_t bytes_ = 0;
};

}  // namespace tensorfs

#endif  // TENSORFS_FS_RECENT_LISTINGS_H_
