// SPDX-License-Identifier: MIT
#include "cache/catalog.h"

#include <rocksdb/cache.h>
#include <rocksdb/db.h>
#include <rocksdb/env.h>
#include <rocksdb/filter_policy.h>
#include <rocksdb/options.h>
#include <rocksdb/table.h>
#include <rocksdb/write_batch.h>

#include <filesystem>
#include <mutex>
#include <system_error>
#include <vector>

#include "cache/disk_usage.h"
#include "cache/no_auto_recovery.h"
#include "cache/rocks_status.h"
#include "cache/sample_record.h"

namespace tensorfs {
namespace {

constexpr size_t kBlockCacheBytes = 16 << 20;
// Small enough that a file's index and filter fit in the cache beside those of many others.
constexpr size_t kTableFileBytes = 16 << 20;
constexpr size_t kChunkEntries = 4096;
constexpr size_t kReadAheadBytes = 256 << 10;

rocksdb::Slice AsSlice(std::string_view text) { return {text.data(), text.size()}; }

std::string_view AsText(const rocksdb::Slice& slice) { return {slice.data(), slice.size()}; }

// RocksDB writes its log beside the data, where it would count against the limit; what matters in
// it comes back as a Status.
class SilentLogger : public rocksdb::Logger {
 public:
  SilentLogger() : rocksdb::Logger(rocksdb::InfoLogLevel::FATAL_LEVEL) {}
  void Logv(const char*, va_list) override {}
  using rocksdb::Logger::Logv;
};

rocksdb::BlockBasedTableOptions TableOptions() {
  rocksdb::BlockBasedTableOptions table;
  table.checksum = rocksdb::kXXH3;
  table.filter_policy.reset(rocksdb::NewBloomFilterPolicy(10));
  table.block_cache = rocksdb::NewLRUCache(kBlockCacheBytes, /*num_shard_bits=*/1);
  // Else they would take memory without a bound as the catalog grows.
  table.cache_index_and_filter_blocks = true;
  table.data_block_index_type = rocksdb::BlockBasedTableOptions::kDataBlockBinaryAndHash;
  table.pin_l0_filter_and_index_blocks_in_cache = true;
  return table;
}

rocksdb::Options DatabaseOptions(size_t write_buffer_bytes, Access access) {
  rocksdb::Options options;
  options.create_if_missing = access == Access::kMount;
  // The default takes a log's first bad record for its end, and forgets what comes after it.
  if (access != Access::kMount) {
    options.wal_recovery_mode = rocksdb::WALRecoveryMode::kTolerateCorruptedTailRecords;
  }
  options.info_log = std::make_shared<SilentLogger>();
  options.listeners = {std::make_shared<NoAutoRecovery>()};
  options.write_buffer_size = write_buffer_bytes;
  options.max_write_buffer_number = 2;
  options.compression = rocksdb::kNoCompression;
  options.target_file_size_base = kTableFileBytes;
  options.level0_file_num_compaction_trigger = 4;
  options.max_open_files = 128;
  options.max_background_jobs = 2;
  options.max_subcompactions = 1;
  // What the files take must be known: no room is taken ahead of need.
  options.allow_fallocate = false;
  options.max_manifest_file_size = 64 << 10;
  options.stats_dump_period_sec = 0;
  options.stats_persist_period_sec = 0;
  options.table_factory.reset(rocksdb::NewBlockBasedTableFactory(TableOptions()));
  return options;
}

// Whether a failed open means that the bytes are bad, not that the disk or another process is in
// the way.
bool IsDamage(const rocksdb::Status& status) {
  if (status.IsBusy() || status.IsNoSpace()) return false;
  return !status.IsIOError() || status.IsPathNotFound();
}

}  // namespace

Catalog::Catalog(std::string directory, size_t write_buffer_bytes, Access access)
    : directory_(std::move(directory)), write_buffer_bytes_(write_buffer_bytes), access_(access) {}

Catalog::~Catalog() = default;

Result<std::unique_ptr<Catalog>> Catalog::Open(const std::string& directory,
                                               size_t write_buffer_bytes, Access access) {
  std::unique_ptr<Catalog> catalog(new Catalog(directory, write_buffer_bytes, access));
  if (auto opened = catalog->OpenOrStartOver(); !opened) return tl::unexpected(opened.error());
  return catalog;
}

Result<StoredSample> Catalog::Get(std::string_view key) const {
  std::shared_lock lock(mutex_);
  if (!database_) return FailClosed();
  rocksdb::PinnableSlice value;
  const rocksdb::Status status = database_->Get(
      rocksdb::ReadOptions(), database_->DefaultColumnFamily(), AsSlice(key), &value);
  if (auto got = FromStatus(status, directory_); !got) return tl::unexpected(got.error());
  const auto sample = DecodeCatalogValue(AsText(value));
  if (!sample) return Fail(ErrorCode::kCorrupt, directory_ + ": an entry is no sample");
  return *sample;
}

Result<void> Catalog::Apply(std::span<const CatalogChange> changes) {
  rocksdb::WriteBatch batch;
  for (const CatalogChange& change : changes) {
    if (change.sample) {
      const CatalogValue value = EncodeCatalogValue(*change.sample);
      batch.Put(AsSlice(change.key), {reinterpret_cast<const char*>(value.data()), value.size()});
    } else {
      batch.Delete(AsSlice(change.key));
    }
  }
  rocksdb::WriteOptions durable;
  durable.sync = true;
  std::shared_lock lock(mutex_);
  if (!takes_changes_) return FailClosed();
  last_applied_ = FromStatus(database_->Write(durable, &batch), directory_);
  return last_applied_;
}

Result<void> Catalog::ForEach(const Visitor& visitor) const {
  std::string from;
  std::vector<std::pair<std::string, std::string>> chunk;
  do {
    chunk.clear();
    if (auto read = ReadChunk(from, chunk, kChunkEntries); !read) return read;
    for (const auto& [key, value] : chunk) {
      if (!visitor(key, DecodeCatalogValue(value))) return {};
    }
  } while (chunk.size() == kChunkEntries);
  return {};
}

// Appends the entries from `from` on, and moves it behind them.
Result<void> Catalog::ReadChunk(std::string& from,
                                std::vector<std::pair<std::string, std::string>>& chunk,
                                size_t max_entries) const {
  std::shared_lock lock(mutex_);
  if (!database_) return FailClosed();
  rocksdb::ReadOptions once;
  once.fill_cache = false;
  once.readahead_size = kReadAheadBytes;
  const std::unique_ptr<rocksdb::Iterator> entry(database_->NewIterator(once));
  for (entry->Seek(from); entry->Valid() && chunk.size() < max_entries; entry->Next()) {
    chunk.emplace_back(entry->key().ToString(), entry->value().ToString());
  }
  if (!chunk.empty()) from = chunk.back().first + '\0';
  return FromStatus(entry->status(), directory_);
}

Result<void> Catalog::Compact() {
  std::shared_lock lock(mutex_);
  if (!takes_changes_) return FailClosed();
  rocksdb::CompactRangeOptions all;
  all.bottommost_level_compaction = rocksdb::BottommostLevelCompaction::kForceOptimized;
  return FromStatus(database_->CompactRange(all, nullptr, nullptr), directory_);
}

Result<bool> Catalog::Recover() {
  {
    std::shared_lock lock(mutex_);
    const rocksdb::Status resumed =
        takes_changes_ ? database_->Resume() : rocksdb::Status::Incomplete();
    if (resumed.ok()) return false;
    // It works again as it is when there is room.
    const bool has_to_wait = resumed.IsNoSpace() || resumed.IsBusy();
    if (has_to_wait && !last_applied_) return tl::unexpected(last_applied_.error());
  }
  if (auto opened = OpenForReads(); !opened) return tl::unexpected(opened.error());
  started_over_ = false;
  if (auto opened = OpenOrStartOver(); !opened) return tl::unexpected(opened.error());
  return started_over_;
}

Result<void> Catalog::StartOver() { return ReplaceDatabase(); }

uint64_t Catalog::FileBytes() const { return DiskUsage(directory_); }

// REQUIRES: it is closed, or open for reads alone.
rocksdb::Status Catalog::OpenDatabase() {
  rocksdb::DB* opened = nullptr;
  const rocksdb::Options options = DatabaseOptions(write_buffer_bytes_, access_);
  const rocksdb::Status status = access_ == Access::kRead
                                     ? rocksdb::DB::OpenForReadOnly(options, directory_, &opened)
                                     : rocksdb::DB::Open(options, directory_, &opened);
  if (status.ok()) Use(std::unique_ptr<rocksdb::DB>(opened), access_ != Access::kRead);
  return status;
}

Result<void> Catalog::OpenOrStartOver() {
  const rocksdb::Status status = OpenDatabase();
  if (status.ok() || !may_start_over() || !IsDamage(status)) {
    return FromStatus(status, directory_);
  }
  return ReplaceDatabase();
}

Result<void> Catalog::ReplaceDatabase() {
  started_over_ = true;
  Use(nullptr, /*takes_changes=*/false);
  std::error_code failure;
  std::filesystem::remove_all(directory_, failure);
  return FromStatus(OpenDatabase(), directory_);
}

// Closes what takes changes; if its files can be read, by opening them beside it for that alone.
Result<void> Catalog::OpenForReads() {
  if (!takes_changes_) return {};
  rocksdb::DB* opened = nullptr;
  const rocksdb::Options options = DatabaseOptions(write_buffer_bytes_, access_);
  const rocksdb::Status status = rocksdb::DB::OpenForReadOnly(options, directory_, &opened);
  if (!status.ok() && !IsDamage(status)) return FromStatus(status, directory_);
  Use(std::unique_ptr<rocksdb::DB>(opened), /*takes_changes=*/false);
  return {};
}

// The one before is closed here, when nobody uses it any more and nobody has to wait for that.
void Catalog::Use(std::unique_ptr<rocksdb::DB> database, bool takes_changes) {
  std::unique_lock lock(mutex_);
  database_.swap(database);
  takes_changes_ = takes_changes;
  lock.unlock();
  database.reset();
}

tl::unexpected<Error> Catalog::FailClosed() const {
  if (!last_applied_) return tl::unexpected(last_applied_.error());
  return Fail(ErrorCode::kIo, directory_ + ": the catalog is being opened again");
}

}  // namespace tensorfs
