// SPDX-License-Identifier: MIT
// The tensor cache's books: what is in it, how often keys are read, and so what is let in and what
// has to leave for it. Knows no files; deterministic.
//
// Not thread-safe.
#ifndef TENSORFS_CACHE_CACHE_BOOK_H_
#define TENSORFS_CACHE_CACHE_BOOK_H_

#include <cstdint>
#include <map>
#include <optional>
#include <unordered_map>
#include <vector>

#include "cache/cache_admission.h"
#include "cache/cache_index.h"
#include "cache/frequency_sketch.h"
#include "cache/record_id.h"

namespace tensorfs {

class CacheBook {
 public:
  // In footprints.
  struct Generation {
    uint64_t total_bytes = 0;
    uint64_t live_bytes = 0;
    uint64_t entries = 0;  // live ones

    uint64_t dead_bytes() const { return total_bytes - live_bytes; }
  };

  explicit CacheBook(uint64_t live_limit_bytes) : live_limit_bytes_(live_limit_bytes) {}

  // Every read of a key, whether it is here or not.
  void NoteRead(uint64_t key) {
    ++clock_;
    reads_.Add(key);
  }
  void NoteHit(uint64_t key);
  const CacheEntry* Find(uint64_t key) const { return index_.Find(key); }

  // Whether Admit would let it in.
  bool Wants(uint64_t key, uint64_t bytes, double saved_s) const;

  // Lets the key in, pending until Settle, and removes for it what it displaces, adding that to
  // `displaced`. Not if it is there or pending, or too little worth.
  bool Admit(uint64_t key, uint64_t bytes, double saved_s, std::vector<RecordId>* displaced);
  // Ends being pending. Returns whether the key still was, and was not removed meanwhile.
  bool Settle(uint64_t key);

  // An entry of its own, or in place of one of an older version.
  void Add(CacheEntry entry);
  std::optional<CacheEntry> Remove(uint64_t key);
  // The entry if its record is this one.
  const CacheEntry* FindRecord(uint64_t key, RecordId record) const;
  // An entry's record was copied. REQUIRES: FindRecord(key, from).
  void Move(uint64_t key, RecordId to);

  // Garbage of a generation that never was an entry here.
  void AddGarbage(uint32_t generation, uint64_t bytes) {
    generations_[generation].total_bytes += bytes;
  }
  // With what is still live in it.
  void DropGeneration(uint32_t generation);
  // Those with the largest parts of garbage, at least `least_dead_part` each, with no more live
  // bytes in all than given; but one if there is any.
  std::vector<uint32_t> MostDeadGenerations(double least_dead_part, uint64_t live_bytes) const;
  std::vector<uint32_t> SmallestGenerations(size_t count) const;
  const std::map<uint32_t, Generation>& generations() const { return generations_; }

  // The numbers of reads of a generation's entries, by their sequence; of all generations.
  std::map<uint32_t, std::vector<uint16_t>> Reads() const;

  size_t entries() const { return index_.size(); }
  uint64_t live_bytes() const { return live_bytes_; }
  uint64_t dead_bytes() const;
  size_t memory_bytes() const { return index_.memory_bytes() + reads_.memory_bytes(); }

 private:
  using Victims = std::vector<CacheEntry>;

  // What the candidate displaces, if enough can be found.
  std::optional<Victims> FindVictims(uint64_t key, const CacheValue& candidate) const;
  const CacheEntry* FindVictim(uint64_t chance, const Victims& chosen) const;
  CacheValue ValueOf(const CacheEntry& entry) const;
  double DeadPart(uint32_t generation) const;

  const uint64_t live_limit_bytes_;
  CacheIndex index_;
  FrequencySketch reads_;
  std::map<uint32_t, Generation> generations_;
  std::unordered_map<uint64_t, uint64_t> pending_;  // footprints by key
  uint64_t live_bytes_ = 0;
  uint64_t pending_bytes_ = 0;
  uint32_t clock_ = 0;     // all reads; may wrap around
  uint64_t admitted_ = 0;  // varies the samples
};

}  // namespace tensorfs

#endif  // TENSORFS_CACHE_CACHE_BOOK_H_
