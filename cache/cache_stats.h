// SPDX-License-Identifier: MIT
// What the tensor cache tells about itself and its entries. Plain values.
#ifndef TENSORFS_CACHE_CACHE_STATS_H_
#define TENSORFS_CACHE_CACHE_STATS_H_

#include <cstdint>
#include <string>
#include <vector>

#include "cache/source_version.h"

namespace tensorfs {

struct CacheEntryInfo {
  std::string path;
  uint64_t fingerprint = 0;
  SourceVersion source;
  uint64_t bytes = 0;
  uint64_t reads = 0;  // hits
  double saved_s = 0;  // by one hit
  uint32_t generation = 0;
};

// Counted since the opening, bytes and entries as they are now.
struct CacheStats {
  struct Generation {
    uint32_t number = 0;
    uint64_t entries = 0;
    uint64_t live_bytes = 0;
    uint64_t dead_bytes = 0;
  };

  uint64_t hits = 0;
  uint64_t misses = 0;
  double saved_s = 0;               // by all hits
  uint64_t saved_source_bytes = 0;  // of the sources that the hits stood for
  uint64_t admitted = 0;
  uint64_t refused = 0;      // not worth what would have to leave
  uint64_t displaced = 0;    // entries that left for admitted ones
  uint64_t queue_full = 0;   // offers lost because the disk was slower
  uint64_t not_written = 0;  // admitted, but lost to failed writes or for want of room
  uint64_t corrupt = 0;      // entries found damaged and dropped
  uint64_t write_failures = 0;
  uint64_t moved_bytes = 0;  // copied to reclaim space

  uint64_t entries = 0;
  uint64_t limit_bytes = 0;
  uint64_t disk_bytes = 0;  // everything in the directory, when last looked
  uint64_t live_bytes = 0;
  uint64_t dead_bytes = 0;
  uint64_t queued_bytes = 0;
  uint64_t memory_bytes = 0;  // of the tables
  std::vector<Generation> generations;
  std::string condition;      // what is wrong, to be told the user; empty if nothing is
  std::string started_empty;  // why, if what was there was no good
};

}  // namespace tensorfs

#endif  // TENSORFS_CACHE_CACHE_STATS_H_
