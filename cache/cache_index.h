// SPDX-License-Identifier: MIT
// The table in memory of what the tensor cache holds: at most 48 bytes an entry, no paths. Hashes
// of keys lead to where the value is. Open addressing in many small tables, so that growing one
// needs little memory at a time.
//
// Not thread-safe. Pointers are valid until the next Insert or Remove.
#ifndef TENSORFS_CACHE_CACHE_INDEX_H_
#define TENSORFS_CACHE_CACHE_INDEX_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "cache/record_id.h"

namespace tensorfs {

struct CacheEntry {
  uint64_t key = 0;  // KeyHash
  RecordId record;   // generation 0: no entry
  uint32_t bytes = 0;
  float saved_s = 0;
  uint32_t last_read = 0;  // by the count of all reads
  uint16_t reads = 0;      // hits; stops at the largest
  uint16_t source = 0;     // some bits of a hash of the SourceVersion
};
static_assert(sizeof(CacheEntry) == 32);

class CacheIndex {
 public:
  CacheEntry* Find(uint64_t key);
  const CacheEntry* Find(uint64_t key) const { return const_cast<CacheIndex*>(this)->Find(key); }

  // REQUIRES: the key is not there, and entry.record.generation != 0.
  void Insert(const CacheEntry& entry);
  std::optional<CacheEntry> Remove(uint64_t key);

  // Some entry, each about as likely as another for a random `chance`; null if there is none.
  const CacheEntry* Sample(uint64_t chance) const;

  template <typename Visit>
  void ForEach(Visit visit) const {
    for (const Table& table : tables_) {
      for (const CacheEntry& entry : table.slots) {
        if (entry.record.generation != 0) visit(entry);
      }
    }
  }

  size_t size() const { return size_; }
  size_t memory_bytes() const;

 private:
  static constexpr size_t kTables = 64;

  struct Table {
    std::vector<CacheEntry> slots;
    size_t used = 0;

    size_t Home(uint64_t key) const;
    size_t SlotOf(uint64_t key) const;  // where it is, or the empty slot where it would be
    void Grow();
  };

  std::array<Table, kTables> tables_;
  size_t size_ = 0;
};

}  // namespace tensorfs

#endif  // TENSORFS_CACHE_CACHE_INDEX_H_
