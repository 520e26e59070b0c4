// SPDX-License-Identifier: MIT
// Changes the catalog and keeps the books that depend on it: which bytes of the segments are live,
// how many samples there are in each form, how much of the limit the catalog needs.
//
// The catalog's files grow with every change and shrink when RocksDB merges them, so each change is
// charged to the budget twice (while files are merged, old and new exist), whether it adds an
// entry or removes one; merging everything brings the charge back to twice the present entries.
//
// One thread at a time may change it; forms() and IsWasteful() may be called from any.
#ifndef TENSORFS_CACHE_CATALOG_WRITER_H_
#define TENSORFS_CACHE_CATALOG_WRITER_H_

#include <cstdint>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "cache/catalog.h"
#include "cache/segment_table.h"
#include "cache/space_budget.h"
#include "cache/store_health.h"
#include "cache/store_stats.h"
#include "codec/result.h"

namespace tensorfs {

struct StoreChange {
  std::string key;
  std::optional<StoredSample> sample;  // nothing: the entry goes
  // Only if the entry is still there; else the new record is garbage.
  std::optional<RecordLocation> only_at;
};

class CatalogWriter {
 public:
  CatalogWriter(Catalog& catalog, SegmentTable& segments, SpaceBudget& budget, StoreHealth& health,
                size_t write_buffer_bytes);

  // What a put takes from the budget for its entry, before it is written.
  static uint64_t ChargeOf(std::string_view key) { return 2 * Catalog::EntryBytes(key); }

  // Counts what is there. For a mount, entries that point to nothing are dropped, and a catalog
  // that cannot be read is replaced by an empty one. Errors: kIo; for others also kCorrupt.
  Result<void> Load();

  struct Applied {
    size_t count = 0;  // of the changes, before the first error
    Result<void> outcome;
  };
  // Applies changes in order, as many at once as the write buffer allows. Charges for those that
  // are not applied stay with the caller. REQUIRES: no key twice; the records are durable;
  // unconditional puts are charged.
  Applied Apply(std::span<const StoreChange> changes);

  // The present entry. One that cannot be read is as good as none: what it points to becomes
  // garbage when its segment is rewritten.
  std::optional<StoredSample> Find(std::string_view key) const;

  // Merges the catalog's files if that would free much of the budget.
  void CompactIfWasteful();
  void Compact();

  FormUsages forms() const;
  // Whether merging would free enough of the budget to be worth it where room is needed.
  bool IsWasteful() const { return stale_bytes() > waste_bytes_ / 4; }

 private:
  // Of the budget, that merging would free.
  uint64_t stale_bytes() const;
  Result<void> ApplySlice(std::span<const StoreChange> changes);
  Result<void> RecoverIfFailed(std::span<const StoreChange> changes);
  void Forget();
  bool LoadEntry(std::string_view key, const std::optional<StoredSample>& sample);
  static bool IsCharged(const StoreChange& change);
  void Charge(const StoreChange& change);
  void NoteChanged(const StoreChange& change, const std::optional<StoredSample>& old);
  void CountEntry(std::string_view key, const StoredSample& sample, bool added);

  Catalog& catalog_;
  SegmentTable& segments_;
  SpaceBudget& budget_;
  StoreHealth& health_;
  const uint64_t slice_bytes_;
  const uint64_t waste_bytes_;        // not worth merging for less
  std::optional<ErrorCode> failure_;  // of the last changes

  mutable std::mutex mutex_;  // guards what follows, which only the one thread changes
  FormUsages forms_;
  uint64_t entry_bytes_ = 0;    // of the present entries
  uint64_t charged_bytes_ = 0;  // taken from the budget for entries
};

}  // namespace tensorfs

#endif  // TENSORFS_CACHE_CATALOG_WRITER_H_
