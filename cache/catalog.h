// SPDX-License-Identifier: MIT
// The sample store's catalog: a RocksDB from key to StoredSample. The only file that knows it is
// one. Everything in it is derived, so a mount replaces a catalog that is damaged by an empty one;
// to those who only look or evict, damage is an error.
//
// Thread-safe; Apply, Compact, Recover and StartOver are for one thread at a time. One shared mutex
// guards the handle: shared by all use, exclusive for a moment when it is replaced.
#ifndef TENSORFS_CACHE_CATALOG_H_
#define TENSORFS_CACHE_CATALOG_H_

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <shared_mutex>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include "cache/access.h"
#include "cache/stored_sample.h"
#include "codec/result.h"

namespace rocksdb {
class DB;
class Status;
}  // namespace rocksdb

namespace tensorfs {

struct CatalogChange {
  std::string_view key;
  std::optional<StoredSample> sample;  // nothing: the entry goes
};

class Catalog {
 public:
  // What an entry may take on the disk, once; twice while files are merged.
  static constexpr uint64_t EntryBytes(std::string_view key) { return key.size() + 128; }
  // What the catalog may take beside its entries: logs of changes and small files.
  static constexpr uint64_t FixedBytes(size_t write_buffer_bytes) {
    return 3 * write_buffer_bytes + (512 << 10);
  }

  // For a mount, one that cannot be made sense of is replaced by an empty one; started_over() says
  // so. Errors: kBusy, kIo; for others also kCorrupt and kNotFound.
  static Result<std::unique_ptr<Catalog>> Open(const std::string& directory,
                                               size_t write_buffer_bytes, Access access);
  ~Catalog();
  Catalog(const Catalog&) = delete;
  Catalog& operator=(const Catalog&) = delete;

  // Errors: kNotFound; kCorrupt, of the entry or of the catalog around it; kIo.
  Result<StoredSample> Get(std::string_view key) const;

  // All changes or none; they are durable when it returns. Errors: kCorrupt, kIo.
  Result<void> Apply(std::span<const CatalogChange> changes);

  // Visits what is there, in the order of keys, with nothing for an entry whose value is no sample.
  // Reads ahead a few thousand entries at a time and holds nothing while it visits, so the visitor
  // may call the catalog; what changes meanwhile is seen or not. Stops when the visitor says false.
  // Errors: kCorrupt, kIo.
  using Visitor = std::function<bool(std::string_view key, const std::optional<StoredSample>&)>;
  Result<void> ForEach(const Visitor& visitor) const;

  // Merges all files, so that they hold the present entries alone.
  Result<void> Compact();

  // Makes the catalog work again after a failed Apply; what can be read stays readable meanwhile,
  // and if that fails. Returns whether its entries are lost. Errors: why it takes no changes.
  Result<bool> Recover();
  // Replaces it by an empty one. REQUIRES: may_start_over().
  Result<void> StartOver();
  bool may_start_over() const { return access_ == Access::kMount; }

  // Of the files, as they are now.
  uint64_t FileBytes() const;
  bool started_over() const { return started_over_; }

 private:
  Catalog(std::string directory, size_t write_buffer_bytes, Access access);
  rocksdb::Status OpenDatabase();
  Result<void> OpenOrStartOver();
  Result<void> ReplaceDatabase();
  Result<void> OpenForReads();
  void Use(std::unique_ptr<rocksdb::DB> database, bool takes_changes);
  tl::unexpected<Error> FailClosed() const;
  Result<void> ReadChunk(std::string& from, std::vector<std::pair<std::string, std::string>>& chunk,
                         size_t max_entries) const;

  const std::string directory_;
  const size_t write_buffer_bytes_;
  const Access access_;
  mutable std::shared_mutex mutex_;        // guards these two, not what the first points to
  std::unique_ptr<rocksdb::DB> database_;  // null while it is replaced, or if that failed
  bool takes_changes_ = false;

  bool started_over_ = false;
  Result<void> last_applied_;
};

}  // namespace tensorfs

#endif  // TENSORFS_CACHE_CATALOG_H_
