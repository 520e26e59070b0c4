// SPDX-License-Identifier: MIT
#include "cache/generation_store.h"

#include <rocksdb/cache.h>
#include <rocksdb/convenience.h>
#include <rocksdb/db.h>
#include <rocksdb/filter_policy.h>
#include <rocksdb/sst_file_writer.h>
#include <rocksdb/table.h>
#include <rocksdb/write_batch.h>
#include <sys/resource.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstring>
#include <filesystem>
#include <limits>
#include <optional>
#include <thread>

#include "cache/no_auto_recovery.h"
#include "cache/rocks_status.h"
#include "cache/unsynced_files.h"
#include "codec/byte_order.h"

namespace tensorfs {
namespace {

// RocksDB's own log says little that its errors do not, and would count as space.
class NoLog : public rocksdb::Logger {
 public:
  using rocksdb::Logger::Logv;
  void Logv(const char*, va_list) override {}
};

// Big-endian, so that order by bytes is order by id.
std::string KeyOf(RecordId id) {
  std::string key;
  for (const uint32_t half : {id.generation, id.sequence}) {
    for (int shift = 24; shift >= 0; shift -= 8) key.push_back(static_cast<char>(half >> shift));
  }
  return key;
}

RecordId IdOf(const rocksdb::Slice& key) {
  const auto* bytes = reinterpret_cast<const uint8_t*>(key.data());
  if (key.size() != sizeof(RecordId)) return {};
  return {ReadBig32(bytes), ReadBig32(bytes + 4)};
}

constexpr int kDeletionTries = 100;
constexpr std::chrono::milliseconds kDeletionPause{1};
constexpr uint32_t kLastSequence = std::numeric_limits<uint32_t>::max();

// Each open file costs memory for its index. A reader beyond pays for opening one again.
int MaxOpenFiles() {
  rlimit limit{};
  getrlimit(RLIMIT_NOFILE, &limit);
  return static_cast<int>(std::clamp<rlim_t>(limit.rlim_cur / 4, 64, 1024));
}

rocksdb::DBOptions DatabaseOptions(rocksdb::Env* env, uint64_t row_buffer_bytes, Access access) {
  rocksdb::DBOptions options;
  options.env = env;
  options.create_if_missing = access == Access::kMount;
  options.create_missing_column_families = access == Access::kMount;
  // The default takes a log's first bad record for its end, and forgets what comes after it.
  if (access != Access::kMount) {
    options.wal_recovery_mode = rocksdb::WALRecoveryMode::kTolerateCorruptedTailRecords;
  }
  options.info_log = std::make_shared<NoLog>();
  options.listeners = {std::make_shared<NoAutoRecovery>()};
  options.max_open_files = MaxOpenFiles();
  options.max_background_jobs = 2;
  options.max_total_wal_size = row_buffer_bytes;
  options.max_manifest_file_size = row_buffer_bytes;
  // Space that is only reserved would count too.
  options.allow_fallocate = false;
  options.skip_stats_update_on_db_open = true;
  options.stats_dump_period_sec = 0;
  options.stats_persist_period_sec = 0;
  return options;
}

// XXH3 because Debian's CRC32C is the slow one: 0.6 GB/s.
rocksdb::BlockBasedTableOptions TableOptions() {
  rocksdb::BlockBasedTableOptions table;
  table.checksum = rocksdb::kXXH3;
  table.cache_index_and_filter_blocks = false;
  return table;
}

rocksdb::ColumnFamilyOptions RowOptions(uint64_t row_buffer_bytes) {
  rocksdb::BlockBasedTableOptions table = TableOptions();
  table.no_block_cache = true;
  rocksdb::ColumnFamilyOptions options;
  options.table_factory.reset(rocksdb::NewBlockBasedTableFactory(table));
  options.write_buffer_size = row_buffer_bytes;
  options.max_write_buffer_number = 2;
  options.compression = rocksdb::kNoCompression;
  return options;
}

// Files come in only by ingestion, into the last level, where they do not overlap.
rocksdb::ColumnFamilyOptions ValueOptions(const std::shared_ptr<rocksdb::Cache>& pins) {
  rocksdb::BlockBasedTableOptions table = TableOptions();
  table.block_cache = pins;
  rocksdb::ColumnFamilyOptions options;
  options.table_factory.reset(rocksdb::NewBlockBasedTableFactory(table));
  options.num_levels = 2;
  options.disable_auto_compactions = true;
  options.compression = rocksdb::kNoCompression;
  return options;
}

}  // namespace

struct GenerationStore::Database {
  std::string directory;
  bool is_writable = true;
  // A power failure may cost what is in the cache, so nothing need wait for the disk.
  std::unique_ptr<rocksdb::Env> env = MakeUnsyncedFiles();
  std::shared_ptr<rocksdb::Cache> pins = rocksdb::NewLRUCache(0, 4);
  std::unique_ptr<rocksdb::DB> db;
  std::vector<std::unique_ptr<rocksdb::ColumnFamilyHandle>> families;
  std::unique_ptr<rocksdb::SstFileWriter> head;
  uint32_t head_generation = 0;

  // The families by the order in which they are opened.
  rocksdb::ColumnFamilyHandle* reads() const { return families[0].get(); }
  rocksdb::ColumnFamilyHandle* rows() const { return families[1].get(); }
  rocksdb::ColumnFamilyHandle* values() const { return families[2].get(); }

  std::string HeadPath() const { return directory + "/head.sst"; }

  // The generation's file, rows and reads, in this order.
  rocksdb::Status Remove(uint32_t generation) {
    const std::string first = KeyOf({generation, 0});
    const std::string last = KeyOf({generation, kLastSequence});
    const rocksdb::Slice first_slice(first);
    const rocksdb::Slice last_slice(last);
    rocksdb::Status status =
        rocksdb::DeleteFilesInRange(db.get(), values(), &first_slice, &last_slice);
    rocksdb::WriteBatch batch;
    if (status.ok()) status = batch.DeleteRange(rows(), first, KeyOf({generation + 1, 0}));
    if (status.ok()) status = batch.Delete(reads(), first);
    if (status.ok()) status = db->Write(rocksdb::WriteOptions(), &batch);
    return status;
  }

  ~Database() {
    head.reset();
    for (auto& family : families) {
      if (db != nullptr) (void)db->DestroyColumnFamilyHandle(family.release());
    }
  }
};

GenerationStore::GenerationStore(std::unique_ptr<Database> database)
    : database_(std::move(database)) {}

GenerationStore::~GenerationStore() { Abandon(); }

Result<std::unique_ptr<GenerationStore>> GenerationStore::Open(const std::string& directory,
                                                               uint64_t row_buffer_bytes,
                                                               Access access) {
  auto database = std::make_unique<Database>();
  database->directory = directory;
  database->is_writable = access != Access::kRead;
  const rocksdb::ColumnFamilyOptions row_options = RowOptions(row_buffer_bytes);
  const std::vector<rocksdb::ColumnFamilyDescriptor> families = {
      {rocksdb::kDefaultColumnFamilyName, row_options},
      {"rows", row_options},
      {"values", ValueOptions(database->pins)},
  };
  std::vector<rocksdb::ColumnFamilyHandle*> handles;
  rocksdb::DB* db = nullptr;
  const rocksdb::DBOptions options = DatabaseOptions(database->env.get(), row_buffer_bytes, access);
  const rocksdb::Status status =
      database->is_writable
          ? rocksdb::DB::Open(options, directory, families, &handles, &db)
          : rocksdb::DB::OpenForReadOnly(options, directory, families, &handles, &db);
  database->db.reset(db);
  for (rocksdb::ColumnFamilyHandle* handle : handles) database->families.emplace_back(handle);
  if (auto opened = FromStatus(status, directory); !opened) return tl::unexpected(opened.error());
  std::unique_ptr<GenerationStore> store(new GenerationStore(std::move(database)));
  store->Abandon();  // what a killed process left
  return store;
}

Result<GenerationStore::Value> GenerationStore::Read(RecordId id) const {
  // Destroyed from the last member on: the value lets go of its block before the pins may go.
  struct Pinned {
    std::shared_ptr<rocksdb::Cache> pins;
    rocksdb::PinnableSlice value;
  };
  auto pinned = std::make_shared<Pinned>();
  pinned->pins = database_->pins;
  const rocksdb::Status status =
      database_->db->Get(rocksdb::ReadOptions(), database_->values(), KeyOf(id), &pinned->value);
  if (auto read = FromStatus(status, database_->directory); !read) {
    return tl::unexpected(read.error());
  }
  const auto* data = reinterpret_cast<const uint8_t*>(pinned->value.data());
  const std::span<const uint8_t> bytes(data, pinned->value.size());
  return Value{bytes, std::move(pinned)};
}

Result<std::string> GenerationStore::ReadRow(RecordId id) const {
  std::string row;
  const rocksdb::Status status =
      database_->db->Get(rocksdb::ReadOptions(), database_->rows(), KeyOf(id), &row);
  if (auto read = FromStatus(status, database_->directory); !read) {
    return tl::unexpected(read.error());
  }
  return row;
}

Result<void> GenerationStore::ForEachRow(uint32_t first, uint32_t last, const Visit& visit) const {
  const std::unique_ptr<rocksdb::Iterator> rows(
      database_->db->NewIterator(rocksdb::ReadOptions(), database_->rows()));
  for (rows->Seek(KeyOf({first, 0})); rows->Valid(); rows->Next()) {
    const RecordId id = IdOf(rows->key());
    if (id.generation > last || !visit(id, rows->value().ToStringView())) break;
  }
  return FromStatus(rows->status(), database_->directory);
}

std::vector<GenerationStore::Generation> GenerationStore::Generations() const {
  rocksdb::ColumnFamilyMetaData metadata;
  database_->db->GetColumnFamilyMetaData(database_->values(), &metadata);
  std::vector<Generation> generations;
  for (const rocksdb::LevelMetaData& level : metadata.levels) {
    for (const rocksdb::SstFileMetaData& file : level.files) {
      generations.push_back(
          {IdOf(file.smallestkey).generation, file.size, file.db_path + file.name});
    }
  }
  return generations;
}

std::vector<uint16_t> GenerationStore::Reads(uint32_t generation) const {
  std::string bytes;
  const rocksdb::Status status = database_->db->Get(rocksdb::ReadOptions(), database_->reads(),
                                                    KeyOf({generation, 0}), &bytes);
  if (!status.ok()) return {};
  std::vector<uint16_t> reads(bytes.size() / sizeof(uint16_t));
  std::memcpy(reads.data(), bytes.data(), reads.size() * sizeof(uint16_t));
  return reads;
}

Result<void> GenerationStore::KeepReads(uint32_t generation, const std::vector<uint16_t>& reads) {
  const rocksdb::Slice bytes(reinterpret_cast<const char*>(reads.data()),
                             reads.size() * sizeof(uint16_t));
  return FromStatus(database_->db->Put(rocksdb::WriteOptions(), database_->reads(),
                                       KeyOf({generation, 0}), bytes),
                    database_->directory);
}

Result<void> GenerationStore::Begin(uint32_t generation) {
  rocksdb::Options options(rocksdb::DBOptions(), ValueOptions(database_->pins));
  options.env = database_->env.get();
  options.allow_fallocate = false;
  rocksdb::EnvOptions files;
  files.allow_fallocate = false;
  // The file is left in the page cache, where its readers find it.
  auto head = std::make_unique<rocksdb::SstFileWriter>(files, options, database_->values(),
                                                       /*invalidate_page_cache=*/false);
  const rocksdb::Status status = head->Open(database_->HeadPath());
  if (!status.ok()) return FromStatus(status, database_->directory);
  database_->head = std::move(head);
  database_->head_generation = generation;
  return {};
}

Result<void> GenerationStore::Append(uint32_t sequence, std::string_view value) {
  const std::string key = KeyOf({database_->head_generation, sequence});
  const rocksdb::Status status = database_->head->Put(key, rocksdb::Slice(value));
  if (!status.ok()) Abandon();
  return FromStatus(status, database_->directory);
}

Result<void> GenerationStore::Seal(const std::vector<Row>& rows) {
  rocksdb::Status status = database_->head->Finish();
  if (status.ok()) {
    rocksdb::IngestExternalFileOptions ingestion;
    ingestion.move_files = true;
    ingestion.failed_move_fall_back_to_copy = false;
    ingestion.write_global_seqno = false;
    ingestion.fail_if_not_bottommost_level = true;
    status =
        database_->db->IngestExternalFile(database_->values(), {database_->HeadPath()}, ingestion);
  }
  if (status.ok()) {
    rocksdb::WriteBatch batch;
    for (const Row& row : rows) {
      if (status.ok()) status = batch.Put(database_->rows(), KeyOf(row.id), row.bytes);
    }
    if (status.ok()) status = database_->db->Write(rocksdb::WriteOptions(), &batch);
  }
  Abandon();
  return FromStatus(status, database_->directory);
}

void GenerationStore::Abandon() {
  if (!database_->is_writable) return;
  database_->head.reset();
  std::error_code ignored;
  std::filesystem::remove(database_->HeadPath(), ignored);
}

// RocksDB lets a file be that a reader may be in, and looks for such files only when it next
// deletes some; but the limit counts them.
void GenerationStore::AwaitDeletion(const std::string& path) {
  std::error_code ignored;
  for (int tried = 0; tried < kDeletionTries && std::filesystem::exists(path, ignored); ++tried) {
    std::this_thread::sleep_for(kDeletionPause);
    (void)database_->db->DisableFileDeletions();
    (void)database_->db->EnableFileDeletions();  // looks for all of them
  }
}

Result<void> GenerationStore::Drop(uint32_t generation) {
  std::string path;
  for (const Generation& known : Generations()) {
    if (known.number == generation) path = known.path;
  }
  rocksdb::Status status = database_->Remove(generation);
  if (status.IsNoSpace() && !path.empty()) {
    // Only the file itself can give the room to note that it is gone. If the process ends before
    // that is noted, the next opening finds the file missing and starts empty.
    std::error_code ignored;
    std::filesystem::remove(path, ignored);
    Resume();
    status = database_->Remove(generation);
  }
  if (status.ok() && !path.empty()) AwaitDeletion(path);
  return FromStatus(status, database_->directory);
}

Result<void> GenerationStore::DropRows(const std::vector<RecordId>& ids) {
  rocksdb::WriteBatch batch;
  for (const RecordId& id : ids) (void)batch.Delete(database_->rows(), KeyOf(id));
  return FromStatus(database_->db->Write(rocksdb::WriteOptions(), &batch), database_->directory);
}

Result<void> GenerationStore::FlushRows() {
  return FromStatus(
      database_->db->Flush(rocksdb::FlushOptions(), {database_->reads(), database_->rows()}),
      database_->directory);
}

void GenerationStore::Resume() { (void)database_->db->Resume(); }

}  // namespace tensorfs
