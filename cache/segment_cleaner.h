// SPDX-License-Identifier: MIT
// Gives back the space of records that nothing names: removes segments that hold nothing else, and
// rewrites those that are mostly garbage, or, while puts are refused, the one that holds most of
// it.
//
// A thread of its own that works when its bell rings. It decides at ordinary priority and copies in
// an IdleWorker. Owns nothing of the store.
#ifndef TENSORFS_CACHE_SEGMENT_CLEANER_H_
#define TENSORFS_CACHE_SEGMENT_CLEANER_H_

#include <cstdint>
#include <optional>
#include <string_view>
#include <thread>
#include <vector>

#include "cache/catalog.h"
#include "cache/doorbell.h"
#include "cache/idle_worker.h"
#include "cache/segment_table.h"
#include "cache/space_budget.h"
#include "cache/store_health.h"
#include "cache/store_writer.h"

namespace tensorfs {

class SegmentCleaner {
 public:
  // A segment is rewritten when this part of it is garbage.
  static constexpr double kMuchGarbage = 0.5;

  SegmentCleaner(const Catalog& catalog, const CatalogWriter& books, SegmentTable& segments,
                 SpaceBudget& budget, StoreHealth& health, StoreWriter& writer, Doorbell& bell);
  // Stops after the record in hand. Closes the bell.
  ~SegmentCleaner();
  SegmentCleaner(const SegmentCleaner&) = delete;
  SegmentCleaner& operator=(const SegmentCleaner&) = delete;

 private:
  void Run();
  void SealGarbage(bool needs_room);
  void RemoveDead();
  std::optional<SegmentTable::Sealed> PickVictim(bool needs_room) const;
  bool Rewrite(const SegmentTable::Sealed& victim);
  bool MakeRoomFor(const SegmentTable::Sealed& victim);
  bool MoveRecord(std::string_view key, const StoredSample& sample);
  Result<SegmentTable::Slot> ReserveCopy(uint64_t record_bytes);
  Result<void> Copy(std::string_view key, const StoredSample& sample, const SegmentFile* from,
                    const SegmentTable::Slot& slot);

  const Catalog& catalog_;
  const CatalogWriter& books_;
  SegmentTable& segments_;
  SpaceBudget& budget_;
  StoreHealth& health_;
  StoreWriter& writer_;
  Doorbell& bell_;
  IdleWorker worker_;
  std::vector<uint8_t> payload_;   // of the record in hand
  uint64_t refusals_noticed_ = 0;  // of puts
  std::thread thread_;
};

}  // namespace tensorfs

#endif  // TENSORFS_CACHE_SEGMENT_CLEANER_H_
