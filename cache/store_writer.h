// SPDX-License-Identifier: MIT
// Group commit: puts and drops are visible at once and wait in memory until a thread of its own
// makes them durable together, every kGroupTime or kGroupBytes: first the records in their
// segments, then their catalog entries in one batch. A crash loses the changes that still wait.
//
// Thread-safe; one mutex guards the waiting changes and is never held across disk I/O.
#ifndef TENSORFS_CACHE_STORE_WRITER_H_
#define TENSORFS_CACHE_STORE_WRITER_H_

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <unordered_map>
#include <utility>
#include <vector>

#include "cache/catalog_writer.h"
#include "cache/doorbell.h"
#include "cache/segment_table.h"
#include "cache/store_health.h"
#include "codec/result.h"

namespace tensorfs {

class StoreWriter {
 public:
  static constexpr std::chrono::milliseconds kGroupTime{50};
  static constexpr uint64_t kGroupBytes = 8 << 20;
  // More changes than this wait only if the disk is far behind.
  static constexpr size_t kMaxWaiting = 16384;

  // Rings `committed` after each group.
  StoreWriter(CatalogWriter& catalog, SegmentTable& segments, SpaceBudget& budget,
              StoreHealth& health, Doorbell& committed);
  // Commits what waits.
  ~StoreWriter();
  StoreWriter(const StoreWriter&) = delete;
  StoreWriter& operator=(const StoreWriter&) = delete;

  // REQUIRES: the record is written to its segment, not yet durable; its entry is charged.
  void Put(std::string_view key, const StoredSample& sample);
  void Drop(std::string_view key);
  // Points the entry from one copy of its record to another, unless it changed meanwhile.
  void Move(std::string_view key, const StoredSample& from, const RecordLocation& to);
  // Drops the entry that points there. Returns false if a newer change waits.
  bool DropAt(std::string_view key, const RecordLocation& location);

  // The change to the key that waits: a sample, or nothing in it for a drop.
  using Change = std::optional<StoredSample>;
  std::optional<Change> FindWaiting(std::string_view key) const;
  std::vector<std::pair<std::string, Change>> Waiting() const;
  // Whether so much waits that no more should be put.
  bool IsFull() const;

  // Returns when all that waits now is durable. Errors: that of the last group.
  Result<void> Flush();
  // Like Flush, and then merges the catalog's files.
  void CompactCatalog();

 private:
  struct KeyHash {
    using is_transparent = void;
    size_t operator()(std::string_view key) const { return std::hash<std::string_view>()(key); }
  };
  using Changes = std::unordered_map<std::string, Change, KeyHash, std::equal_to<>>;

  void Run();
  void CommitGroup(std::unique_lock<std::mutex>& lock);
  std::vector<StoreChange> TakeGroup();
  CatalogWriter::Applied Commit(const std::vector<StoreChange>& group);
  Result<void> SyncRecords(const std::vector<StoreChange>& group);
  bool FreeDropped(const std::vector<StoreChange>& group);
  void GiveUp(const StoreChange& change);
  void SetWaiting(std::string_view key, const Change& change);

  CatalogWriter& catalog_;
  SegmentTable& segments_;
  SpaceBudget& budget_;
  StoreHealth& health_;
  Doorbell& committed_;

  mutable std::mutex mutex_;  // guards all that follows but the thread
  std::condition_variable wake_;
  std::condition_variable settled_changed_;
  Changes waiting_;
  Changes committing_;  // those of the group in hand
  std::vector<StoreChange> moves_;
  uint64_t waiting_bytes_ = 0;
  uint64_t added_ = 0;    // changes ever
  uint64_t settled_ = 0;  // of them, those whose group is done, well or not
  Result<void> last_outcome_;
  bool flush_wanted_ = false;
  bool compaction_wanted_ = false;
  bool stopping_ = false;
  std::thread thread_;
};

}  // namespace tensorfs

#endif  // TENSORFS_CACHE_STORE_WRITER_H_
