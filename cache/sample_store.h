// SPDX-License-Identifier: MIT
// Derived payloads of samples, by key: append-only segment files under DIR/segments with a RocksDB
// catalog in DIR/catalog. docs/formats.md draws the bytes. Losing any of it costs time only.
//
// Put appends the record to the current segment and returns; the sample can be found at once. A
// group of puts becomes durable within StoreWriter::kGroupTime, by Flush, or when the store goes;
// a crash before that loses them. No call but Flush waits for the disk to confirm.
//
// With a limit, segments and catalog never take more than that: see SpaceBudget and CatalogWriter.
//
// Thread-safe. Order of mutexes: SegmentTable's append mutex, then any one of StoreWriter's,
// SegmentTable's, CatalogWriter's; inside of these StoreHealth's, SpaceBudget's, Doorbell's. One
// process at a time may have a directory open (StoreDir sees to that).
#ifndef TENSORFS_CACHE_SAMPLE_STORE_H_
#define TENSORFS_CACHE_SAMPLE_STORE_H_

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "cache/access.h"
#include "cache/catalog.h"
#include "cache/catalog_writer.h"
#include "cache/doorbell.h"
#include "cache/segment_cleaner.h"
#include "cache/segment_table.h"
#include "cache/source_version.h"
#include "cache/space_budget.h"
#include "cache/store_health.h"
#include "cache/store_stats.h"
#include "cache/store_writer.h"
#include "cache/stored_sample.h"
#include "codec/result.h"

namespace tensorfs {

class SampleStore {
 public:
  static constexpr uint64_t kMinLimitBytes = 4 << 20;
  static constexpr size_t kMaxKeyBytes = 4096;

  struct Options {
    uint64_t limit_bytes = 0;    // of all files; 0: no limit
    uint64_t segment_bytes = 0;  // of one file, unless a record is larger; 0: from the limit
    Access access = Access::kMount;
  };

  // For a mount: creates what is missing. A catalog that cannot be read is replaced by an empty
  // one; if there is more than the limit allows, the oldest segments go.
  // Errors: kInvalidArgument, stating the least limit; kBusy, kPermission, kIo; for others than a
  // mount also kNotFound and kCorrupt.
  static Result<std::unique_ptr<SampleStore>> Open(const std::string& directory,
                                                   const Options& options);
  ~SampleStore();

  std::optional<StoredSample> Find(std::string_view key) const;

  // Reads what Find returned, by one preadv, and checks every byte of it. A record that was moved
  // meanwhile is found again. Errors: kCorrupt: the record was bad and is dropped now; kStale: the
  // entry is another now or gone; kIo. With Access::kRead nothing is dropped. REQUIRES:
  // payload.size() == sample.location.payload_bytes.
  Result<void> Read(std::string_view key, const StoredSample& sample,
                    std::span<uint8_t> payload) const;

  // Stores the payload under the key, in place of what was there. Errors: kTooLarge: the limit has
  // no room; kBusy: the disk is far behind, Flush waits for it; kInvalidArgument: no such key or
  // form can be stored; kIo and others: see StoreStats::condition. For a while after such an error
  // puts fail without being tried. REQUIRES: Access::kMount.
  Result<void> Put(std::string_view key, const SourceVersion& source, const StoredForm& form,
                   std::span<const uint8_t> payload);

  // REQUIRES: not Access::kRead.
  void Drop(std::string_view key);

  // Visits every sample that is there throughout, in no order, once; one that is put or dropped
  // meanwhile is visited or not. Nothing is locked during a visit. Stops when the visitor says
  // false. Errors: kCorrupt, kIo.
  using Visitor = std::function<bool(std::string_view key, const StoredSample& sample)>;
  Result<void> ForEach(const Visitor& visitor) const;

  // Returns when everything put or dropped before is durable. Errors: what went wrong last. With
  // Access::kEvict also removes the segments that nothing lives in.
  Result<void> Flush();

  // To be called when much was dropped and flushed: its space comes back soon, also that in the
  // segment that is written now.
  void ReclaimSoon();

  // To be called now and then: once the directory was deleted or replaced, nothing is put any more,
  // as nobody would find it again.
  void NoticeLoss();

  StoreStats Stats() const;
  // Two of Stats, for those who look often.
  StoreEvents Events() const { return health_.events(); }
  std::string Condition() const { return health_.condition(); }

 private:
  SampleStore(std::string directory, const Options& options, size_t write_buffer_bytes,
              std::unique_ptr<Catalog> catalog);
  Result<void> Load(Access access);
  Result<void> ShrinkToLimit();
  void RemoveDeadSegments();
  std::optional<StoredSample> FindAgain(std::string_view key, const StoredSample& sample) const;
  void DropBad(std::string_view key, const StoredSample& sample, const Error& error) const;
  bool DropIfAt(std::string_view key, const RecordLocation& location) const;
  Result<void> Append(std::string_view key, StoredSample& sample, std::span<const uint8_t> payload);

  const std::string directory_;
  uint64_t directory_inode_ = 0;
  mutable StoreHealth health_;
  SpaceBudget budget_;
  SegmentTable segments_;
  std::unique_ptr<Catalog> catalog_;
  CatalogWriter catalog_writer_;
  mutable Doorbell cleaning_;
  // From when everything is loaded.
  std::unique_ptr<StoreWriter> writer_;      // null with Access::kRead
  std::unique_ptr<SegmentCleaner> cleaner_;  // only with Access::kMount
};

}  // namespace tensorfs

#endif  // TENSORFS_CACHE_SAMPLE_STORE_H_
