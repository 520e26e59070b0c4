// SPDX-License-Identifier: MIT
// What the tensor cache's one writing thread does: appends values to the head generation, seals it,
// and reclaims generations when the limit demands it, moving what is still live to the head.
//
// The keeper is for one thread. It shares the books with those who read and offer; their mutex is
// never held while a file is touched.
#ifndef TENSORFS_CACHE_CACHE_KEEPER_H_
#define TENSORFS_CACHE_CACHE_KEEPER_H_

#include <array>
#include <chrono>
#include <cstdint>
#include <memory>
#include <mutex>
#include <span>
#include <string>
#include <vector>

#include "cache/access.h"
#include "cache/cache_book.h"
#include "cache/cache_key.h"
#include "cache/cache_space.h"
#include "cache/cached_value.h"
#include "cache/generation_store.h"
#include "cache/source_version.h"
#include "codec/result.h"

namespace tensorfs {

struct SharedBook {
  explicit SharedBook(uint64_t live_limit_bytes) : book(live_limit_bytes) {}

  std::mutex mutex;  // guards all below
  CacheBook book;
  std::vector<RecordId> dead_rows;  // of entries that left, for the keeper to remove
  uint64_t disk_bytes = 0;          // when last looked
  uint64_t write_failures = 0;
  uint64_t not_written = 0;  // admitted, but lost to failures or for want of room
  uint64_t moved_bytes = 0;
  uint64_t dropped_live = 0;    // entries lost with their generation, for want of room to move them
  std::string write_condition;  // of the last failure, while it lasts
};

// What the books know of a source's version: enough to tell most changes; the value knows all of
// it.
inline uint16_t ShortSource(const SourceVersion& source) {
  const std::array<uint64_t, 2> fields = {source.size_bytes,
                                          static_cast<uint64_t>(source.change_stamp)};
  return static_cast<uint16_t>(
      Hash64({reinterpret_cast<const char*>(fields.data()), sizeof(fields)}));
}

// A file on its way into the cache.
struct CacheWrite {
  CacheKey key;
  SourceVersion source;
  std::span<const uint8_t> bytes;
  std::shared_ptr<const void> owner;
  double saved_s = 0;
};

class CacheKeeper {
 public:
  using Clock = std::chrono::steady_clock;

  // REQUIRES: `shared` and `store` outlive it. `directory` is all that counts against the limit.
  CacheKeeper(std::string directory, const CacheSpace& space, SharedBook* shared,
              GenerationStore* store);

  // Fills the books from the store. Errors: kCorrupt and kIo; the store must be made anew then.
  Result<void> Load(Access access);
  // Drops what a smaller limit than that of before has no room for.
  Result<void> KeepToLimit();

  void Write(const CacheWrite& write);
  // Makes what was written readable.
  Result<void> Seal();
  // Does what became due by time.
  void Tick();
  // Gives back the space of generations that nothing is live in, before the limit demands it.
  void DropEmptyGenerations();
  bool HasWork();  // for Tick
  // Keeps what the next start wants to know.
  void Close();

 private:
  struct Unsealed {
    CacheEntry entry;  // with the record it will have
    std::string row;
    RecordId moved_from;  // generation 0: it is new
  };

  bool IsDue() const;  // the head, to be sealed
  bool Fits(uint64_t bytes) const;
  bool MakeRoom(uint64_t bytes);
  Result<void> Append(CacheEntry entry, std::string row, std::string_view value,
                      RecordId moved_from);
  // Drops generations; what is live in them goes to the head before, which is then sealed.
  Result<void> Reclaim(const std::vector<uint32_t>& generations, bool move_live);
  Result<void> MoveLive(uint32_t generation);
  Result<void> MoveIfLive(RecordId id, std::string_view row);
  void MergeSmall();
  void Publish(const std::vector<Unsealed>& sealed);
  Result<void> DropDeadRows();
  Result<void> Failed(const Error& error);
  void Lose(const CacheEntry& entry, RecordId moved_from);
  void CountUnknownGarbage();
  std::vector<uint32_t> OldestGeneration();
  uint64_t LiveBytes();
  void LookAtDisk();
  bool IsPaused();

  const std::string directory_;
  const CacheSpace space_;
  SharedBook* const shared_;
  GenerationStore* const store_;
  std::vector<Unsealed> unsealed_;
  uint64_t unsealed_bytes_ = 0;
  uint64_t disk_bytes_ = 0;
  uint32_t next_generation_ = 1;
  uint32_t head_generation_ = 0;
  Clock::time_point unsealed_since_;
  Clock::time_point paused_until_;
  std::string value_;  // the one being written, to spare allocations
};

}  // namespace tensorfs

#endif  // TENSORFS_CACHE_CACHE_KEEPER_H_
