// SPDX-License-Identifier: MIT
#include "cache/sample_store.h"

#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <limits>
#include <system_error>
#include <unordered_set>
#include <utility>

#include "cache/io_error.h"
#include "cache/sample_record.h"
#include "cache/usable_space.h"

namespace tensorfs {
namespace {

constexpr uint64_t kMinSegmentBytes = 256 << 10;
constexpr uint64_t kMaxSegmentBytes = 256 << 20;
constexpr uint64_t kMinWriteBufferBytes = 64 << 10;  // RocksDB's own least
constexpr uint64_t kMaxWriteBufferBytes = 4 << 20;
constexpr int kMaxMoves = 8;  // of one record while it is being read

size_t WriteBufferBytes(const SampleStore::Options& options) {
  // What evicting adds to the catalog must stay small: nobody knows the limit.
  if (options.access != Access::kMount) return kMinWriteBufferBytes;
  if (options.limit_bytes == 0) return kMaxWriteBufferBytes;
  return std::clamp(options.limit_bytes / 256, kMinWriteBufferBytes, kMaxWriteBufferBytes);
}

uint64_t SegmentBytes(const SampleStore::Options& options) {
  if (options.segment_bytes != 0) return options.segment_bytes;
  if (options.limit_bytes == 0) return kMaxSegmentBytes;
  return std::clamp(options.limit_bytes / 16, kMinSegmentBytes, kMaxSegmentBytes);
}

// A whole segment can be rewritten, and its entries changed, before it goes.
uint64_t ReserveBytes(const SampleStore::Options& options) {
  return SegmentBytes(options) + 2 * WriteBufferBytes(options) + (64 << 10);
}

Result<void> CheckOptions(const SampleStore::Options& options) {
  if (options.limit_bytes == 0) return {};
  if (options.limit_bytes < SampleStore::kMinLimitBytes) {
    return Fail(ErrorCode::kInvalidArgument, "a store's limit of " +
                                                 std::to_string(options.limit_bytes) +
                                                 " bytes is too small; the least is " +
                                                 std::to_string(SampleStore::kMinLimitBytes));
  }
  if (options.segment_bytes > options.limit_bytes / 8) {
    return Fail(ErrorCode::kInvalidArgument,
                "segments of " + std::to_string(options.segment_bytes) +
                    " bytes are larger than an eighth of the store's limit");
  }
  return {};
}

Result<void> MakeDirectory(const std::string& path) {
  if (mkdir(path.c_str(), 0700) == 0 || errno == EEXIST) return {};
  return FailErrno(path, errno);
}

// Of what is at the path now; 0: nothing.
uint64_t InodeOf(const std::string& path) {
  struct stat attributes;
  return stat(path.c_str(), &attributes) == 0 ? attributes.st_ino : 0;
}

Result<void> CheckStorable(std::string_view key, const StoredForm& form) {
  if (key.empty() || key.size() > SampleStore::kMaxKeyBytes) {
    return Fail(ErrorCode::kInvalidArgument,
                "a key of " + std::to_string(key.size()) + " bytes cannot be stored");
  }
  if (form.form.stage < 0 || form.form.stage > std::numeric_limits<uint16_t>::max() ||
      form.form.level < 0 || form.form.level > std::numeric_limits<uint8_t>::max()) {
    return Fail(ErrorCode::kInvalidArgument, "a form of stage " + std::to_string(form.form.stage) +
                                                 " and level " + std::to_string(form.form.level) +
                                                 " cannot be stored");
  }
  return {};
}

}  // namespace

uint64_t UsableStoreBytes(uint64_t limit_bytes) {
  SampleStore::Options options;
  options.limit_bytes = limit_bytes;
  const uint64_t kept_free_bytes =
      ReserveBytes(options) + Catalog::FixedBytes(WriteBufferBytes(options));
  return limit_bytes - std::min(kept_free_bytes, limit_bytes);
}

SampleStore::SampleStore(std::string directory, const Options& options, size_t write_buffer_bytes,
                         std::unique_ptr<Catalog> catalog)
    : directory_(std::move(directory)),
      budget_(options.limit_bytes, options.limit_bytes == 0 ? 0 : ReserveBytes(options)),
      segments_(directory_ + "/segments", SegmentBytes(options), budget_),
      catalog_(std::move(catalog)),
      catalog_writer_(*catalog_, segments_, budget_, health_, write_buffer_bytes) {
  directory_inode_ = InodeOf(directory_ + "/segments");
  if (catalog_->started_over()) health_.Count(&StoreEvents::catalogs_replaced);
}

SampleStore::~SampleStore() = default;

Result<std::unique_ptr<SampleStore>> SampleStore::Open(const std::string& directory,
                                                       const Options& options) {
  if (auto checked = CheckOptions(options); !checked) return tl::unexpected(checked.error());
  for (const std::string& made : {directory, directory + "/segments"}) {
    if (options.access != Access::kMount) break;
    if (auto is_made = MakeDirectory(made); !is_made) return tl::unexpected(is_made.error());
  }
  const size_t write_buffer_bytes = WriteBufferBytes(options);
  auto catalog = Catalog::Open(directory + "/catalog", write_buffer_bytes, options.access);
  if (!catalog) return tl::unexpected(catalog.error());
  std::unique_ptr<SampleStore> store(
      new SampleStore(directory, options, write_buffer_bytes, std::move(*catalog)));
  if (auto loaded = store->Load(options.access); !loaded) return tl::unexpected(loaded.error());
  return store;
}

Result<void> SampleStore::Load(Access access) {
  if (auto opened = segments_.OpenExisting(); !opened) return opened;
  if (auto loaded = catalog_writer_.Load(); !loaded) return loaded;
  if (access == Access::kRead) return {};
  if (access == Access::kEvict && health_.events().corrupt_entries > 0) {
    // Only they know which segments they need.
    return Fail(ErrorCode::kCorrupt, directory_ + "/catalog: some of its entries are damaged");
  }
  if (auto shrunk = ShrinkToLimit(); !shrunk) return shrunk;
  writer_ = std::make_unique<StoreWriter>(catalog_writer_, segments_, budget_, health_, cleaning_);
  if (access == Access::kEvict) return {};  // its segments may be smaller than those made here
  cleaner_ = std::make_unique<SegmentCleaner>(*catalog_, catalog_writer_, segments_, budget_,
                                              health_, *writer_, cleaning_);
  return {};
}

// What a crash left behind goes first, then the oldest segments if the limit is lower than it was.
Result<void> SampleStore::ShrinkToLimit() {
  const uint64_t limit_bytes = budget_.limit_bytes();
  bool lost_some = false;
  RemoveDeadSegments();
  for (const SegmentTable::Sealed& segment : segments_.SealedSegments()) {
    if (limit_bytes == 0 || budget_.used_bytes() <= limit_bytes) break;
    segments_.Remove(segment.number);
    lost_some = true;
  }
  if (!lost_some) return {};
  if (auto loaded = catalog_writer_.Load(); !loaded) return loaded;
  catalog_writer_.Compact();
  return {};
}

void SampleStore::RemoveDeadSegments() {
  for (const SegmentTable::Sealed& segment : segments_.SealedSegments()) {
    if (segment.live_bytes == 0) segments_.Remove(segment.number);
  }
}

std::optional<StoredSample> SampleStore::Find(std::string_view key) const {
  if (const auto waiting = writer_ ? writer_->FindWaiting(key) : std::nullopt) return *waiting;
  const Result<StoredSample> sample = catalog_->Get(key);
  if (sample) return *sample;
  if (sample.error().code != ErrorCode::kNotFound) {
    const bool corrupt = sample.error().code == ErrorCode::kCorrupt;
    health_.Count(corrupt ? &StoreEvents::corrupt_entries : &StoreEvents::read_errors);
    if (corrupt && writer_) writer_->Drop(key);
  }
  return std::nullopt;
}

Result<void> SampleStore::Read(std::string_view key, const StoredSample& sample,
                               std::span<uint8_t> payload) const {
  StoredSample current = sample;
  SegmentTable::FilePtr file = segments_.Find(current.location.segment);
  for (int moves = 0; !file && moves < kMaxMoves; ++moves) {
    const auto moved = FindAgain(key, current);
    if (!moved) break;
    current = *moved;
    file = segments_.Find(current.location.segment);
  }
  if (!file && !writer_) return Fail(ErrorCode::kCorrupt, directory_ + ": its segment is missing");
  if (!file) {
    DropIfAt(key, current.location);
    return Fail(ErrorCode::kStale, directory_ + ": the stored sample is gone");
  }
  RecordHeader header;
  Result<void> read = file->Read(current.location.offset, header, payload);
  if (read) read = CheckRecord(key, current, header, payload);
  if (read) return {};
  DropBad(key, current, read.error());
  return Fail(file->path(), read.error());
}

Result<void> SampleStore::Put(std::string_view key, const SourceVersion& source,
                              const StoredForm& form, std::span<const uint8_t> payload) {
  if (auto storable = CheckStorable(key, form); !storable) return storable;
  if (auto may = health_.MayWrite(); !may) return may;
  if (writer_->IsFull()) return Fail(ErrorCode::kBusy, directory_ + ": the disk is far behind");
  StoredSample sample{source, form, {0, 0, payload.size()}};
  const uint64_t charge = CatalogWriter::ChargeOf(key);
  Result<void> put;
  if (!budget_.TryTake(charge, SpaceBudget::Use::kPut)) {
    put = Fail(ErrorCode::kTooLarge, directory_ + ": the store is full");
  } else {
    put = Append(key, sample, payload);
    if (!put) budget_.Give(charge);
  }
  if (put) return {};
  if (put.error().code == ErrorCode::kTooLarge) {
    health_.Count(&StoreEvents::puts_refused);
    cleaning_.Ring();
  } else {
    health_.WriteFailed(put.error());
  }
  return put;
}

// Writes the record and hands it to the writer.
Result<void> SampleStore::Append(std::string_view key, StoredSample& sample,
                                 std::span<const uint8_t> payload) {
  const RecordHeader header = MakeRecordHeader(key, sample, payload);
  auto slot = segments_.Reserve(RecordBytes(payload.size()), SpaceBudget::Use::kPut);
  if (!slot) return tl::unexpected(slot.error());
  const Result<void> written = slot->file->Write(slot->offset, header, payload);
  if (written) {
    sample.location.segment = slot->file->number();
    sample.location.offset = slot->offset;
    writer_->Put(key, sample);
  } else {
    segments_.AddGarbage(*slot);
  }
  segments_.Settle(*slot);
  return written;
}

void SampleStore::Drop(std::string_view key) { writer_->Drop(key); }

Result<void> SampleStore::ForEach(const Visitor& visitor) const {
  std::unordered_set<std::string> visited;
  const auto waiting = writer_ ? writer_->Waiting() : decltype(writer_->Waiting())();
  for (const auto& [key, change] : waiting) {
    visited.insert(key);
    if (change && !visitor(key, *change)) return {};
  }
  return catalog_->ForEach([&](std::string_view key, const std::optional<StoredSample>& sample) {
    return !sample || visited.contains(std::string(key)) || visitor(key, *sample);
  });
}

Result<void> SampleStore::Flush() {
  if (!writer_) return {};
  Result<void> flushed = writer_->Flush();
  if (flushed && !cleaner_) RemoveDeadSegments();
  return flushed;
}

void SampleStore::ReclaimSoon() {
  segments_.SealActiveIfGarbage(SegmentCleaner::kMuchGarbage, /*least_bytes=*/1);
  cleaning_.Ring();
}

void SampleStore::NoticeLoss() {
  if (InodeOf(directory_ + "/segments") == directory_inode_) return;
  health_.Lost({ErrorCode::kIo, directory_ +
                                    ": the store was deleted or replaced while it is in use;"
                                    " nothing is kept until the next mount"});
}

StoreStats SampleStore::Stats() const {
  StoreStats stats;
  stats.forms = catalog_writer_.forms();
  for (const auto& [form, usage] : stats.forms) stats.samples += usage.samples;
  const SegmentTable::Usage usage = segments_.usage();
  stats.live_bytes = usage.live_bytes;
  stats.garbage_bytes = usage.garbage_bytes;
  stats.segments = usage.segments;
  stats.segment_bytes = usage.file_bytes;
  stats.catalog_bytes = catalog_->FileBytes();
  stats.limit_bytes = budget_.limit_bytes();
  stats.reserved_bytes = budget_.used_bytes();
  stats.events = health_.events();
  stats.condition = health_.condition();
  return stats;
}

// The same sample at another place, if it was moved.
std::optional<StoredSample> SampleStore::FindAgain(std::string_view key,
                                                   const StoredSample& sample) const {
  const auto found = Find(key);
  if (!found || found->location == sample.location) return std::nullopt;
  if (found->source != sample.source || found->form != sample.form ||
      found->location.payload_bytes != sample.location.payload_bytes) {
    return std::nullopt;
  }
  return found;
}

// Others may have found the same record bad; it is counted once.
void SampleStore::DropBad(std::string_view key, const StoredSample& sample,
                          const Error& error) const {
  if (error.code != ErrorCode::kCorrupt) {
    health_.Count(&StoreEvents::read_errors);
    return;
  }
  if (DropIfAt(key, sample.location)) health_.Count(&StoreEvents::corrupt_records);
}

// Returns whether the entry was there.
bool SampleStore::DropIfAt(std::string_view key, const RecordLocation& location) const {
  if (!writer_) return false;
  const auto found = Find(key);
  return found && found->location == location && writer_->DropAt(key, location);
}

}  // namespace tensorfs
