// SPDX-License-Identifier: MIT
#include "cache/tensor_cache.h"

#include <algorithm>
#include <filesystem>
#include <limits>
#include <utility>

namespace tensorfs {
namespace {

constexpr uint32_t kLastGeneration = std::numeric_limits<uint32_t>::max();
constexpr size_t kListedAtOnce = 4096;

tl::unexpected<Error> FailNotThere() { return Fail(ErrorCode::kNotFound, "not in the cache"); }

CacheEntryInfo InfoOf(const CacheRow& row, const CacheEntry& entry) {
  return {row.key.path, row.key.fingerprint,    row.source, row.bytes, entry.reads,
          row.saved_s,  entry.record.generation};
}

}  // namespace

TensorCache::TensorCache(StoreDir lock, const CacheSpace& space, Access access)
    : lock_(std::move(lock)),
      space_(space),
      access_(access),
      shared_(std::make_unique<SharedBook>(space.live_bytes)) {}

TensorCache::~TensorCache() = default;

Result<std::unique_ptr<TensorCache>> TensorCache::Open(const std::string& directory,
                                                       const Options& options) {
  if (options.limit_bytes < kSmallestCacheLimit) {
    return Fail(ErrorCode::kInvalidArgument,
                directory + ": a cache needs a limit of at least 8 MiB");
  }
  const bool only_read = options.access == Access::kRead;
  Result<StoreDir> lock = only_read ? StoreDir::OpenToRead(directory) : StoreDir::Open(directory);
  if (!lock) return tl::unexpected(lock.error());
  std::unique_ptr<TensorCache> cache(
      new TensorCache(std::move(*lock), DivideSpace(options.limit_bytes), options.access));
  if (auto opened = cache->OpenStore(directory + "/db"); !opened) {
    return tl::unexpected(opened.error());
  }
  if (only_read) return cache;
  cache->writer_ = std::make_unique<CacheWriter>(cache->keeper_.get(), options.queue_bytes);
  return cache;
}

// All is derived: what is damaged is thrown away. What cannot be opened for now (a full disk, too
// many open files) is left as it is.
Result<void> TensorCache::OpenStore(const std::string& path) {
  const Result<void> loaded = LoadStore(path);
  if (loaded || access_ != Access::kMount) return loaded;
  const ErrorCode code = loaded.error().code;
  if (code != ErrorCode::kCorrupt && code != ErrorCode::kNotFound) return loaded;
  opening_condition_ = "was damaged and started empty: " + loaded.error().message;
  keeper_.reset();
  store_.reset();
  shared_ = std::make_unique<SharedBook>(space_.live_bytes);
  std::error_code failure;
  std::filesystem::remove_all(path, failure);
  return LoadStore(path);
}

Result<void> TensorCache::LoadStore(const std::string& path) {
  auto store = GenerationStore::Open(path, space_.row_buffer_bytes, access_);
  if (!store) return tl::unexpected(store.error());
  store_ = std::move(*store);
  keeper_ = std::make_unique<CacheKeeper>(lock_.path(), space_, shared_.get(), store_.get());
  if (auto loaded = keeper_->Load(access_); !loaded) return loaded;
  return access_ == Access::kMount ? keeper_->KeepToLimit() : Result<void>();
}

std::optional<TensorCache::Hit> TensorCache::Find(const CacheKey& key, const SourceVersion& source,
                                                  const MakeRoom& make_room) {
  const uint64_t hash = KeyHash(key);
  {
    std::lock_guard lock(shared_->mutex);
    shared_->book.NoteRead(hash);
  }
  Result<Hit> hit = Peek(key, source, make_room);
  if (!hit) {
    ++misses_;
    return std::nullopt;
  }
  std::lock_guard lock(shared_->mutex);
  ++counts_.hits;
  counts_.saved_source_bytes += source.size_bytes;
  shared_->book.NoteHit(hash);
  if (const CacheEntry* entry = shared_->book.Find(hash)) counts_.saved_s += entry->saved_s;
  return *std::move(hit);
}

Result<TensorCache::Hit> TensorCache::Peek(const CacheKey& key, const SourceVersion& source,
                                           const MakeRoom& make_room) {
  RecordId tried;
  std::optional<size_t> room;
  while (true) {
    const Result<CacheEntry> entry = Locate(key, source, tried);
    if (!entry) return tl::unexpected(entry.error());
    if (!room && make_room && !make_room(entry->bytes)) {
      return Fail(ErrorCode::kTooLarge, "no room in memory for what the cache has");
    }
    // Whoever made room holds it: to make more now could wait for others who do the same.
    if (entry->bytes > room.value_or(entry->bytes)) return FailNotThere();
    room = entry->bytes;
    Result<GenerationStore::Value> value = store_->Read(entry->record);
    if (!value && value.error().code == ErrorCode::kIo) return tl::unexpected(value.error());
    if (value) {
      if (const auto bytes = CheckValue(value->bytes, key, source)) {
        return Hit{*bytes, std::move(value->owner)};
      }
    }
    tried = entry->record;  // unless it was moved meanwhile, it is bad
  }
}

// Where the entry is. Drops it if it is of another version of the source, or where reading failed.
Result<CacheEntry> TensorCache::Locate(const CacheKey& key, const SourceVersion& source,
                                       RecordId failed) {
  const uint64_t hash = KeyHash(key);
  std::lock_guard lock(shared_->mutex);
  const CacheEntry* entry = shared_->book.Find(hash);
  if (entry == nullptr) return FailNotThere();
  const RecordId record = entry->record;
  const bool is_stale = entry->source != ShortSource(source);
  if (!is_stale && record != failed) return *entry;
  counts_.corrupt += !is_stale;
  shared_->book.Remove(hash);
  shared_->dead_rows.push_back(record);
  if (is_stale) return FailNotThere();
  return Fail(ErrorCode::kCorrupt, "was damaged in the cache");
}

bool TensorCache::Wants(const CacheKey& key, size_t bytes, double saved_s) const {
  if (bytes > space_.largest_value_bytes) return false;
  std::lock_guard lock(shared_->mutex);
  return shared_->book.Wants(KeyHash(key), bytes, saved_s);
}

void TensorCache::Offer(const CacheKey& key, const SourceVersion& source,
                        std::span<const uint8_t> bytes, std::shared_ptr<const void> owner,
                        double saved_s) {
  if (!Wants(key, bytes.size(), saved_s)) {
    ++refused_;
    return;
  }
  if (!writer_->Reserve(bytes.size())) {
    ++queue_full_;
    return;
  }
  Admit({key, source, bytes, std::move(owner), saved_s});
}

bool TensorCache::Insert(const CacheKey& key, const SourceVersion& source,
                         std::span<const uint8_t> bytes, std::shared_ptr<const void> owner,
                         double saved_s) {
  if (Wants(key, bytes.size(), saved_s) && writer_->AwaitRoom(bytes.size())) {
    return Admit({key, source, bytes, std::move(owner), saved_s});
  }
  ++refused_;
  return false;
}

// Hands the file to the writer, if it is still worth it. REQUIRES: its bytes are reserved there.
bool TensorCache::Admit(CacheWrite write) {
  bool admitted = false;
  {
    std::lock_guard lock(shared_->mutex);
    const size_t dead_before = shared_->dead_rows.size();
    admitted = shared_->book.Admit(KeyHash(write.key), write.bytes.size(), write.saved_s,
                                   &shared_->dead_rows);
    counts_.admitted += admitted;
    counts_.displaced += shared_->dead_rows.size() - dead_before;
  }
  if (admitted) {
    writer_->Push(std::move(write));
  } else {
    writer_->Release(write.bytes.size());
    ++refused_;
  }
  return admitted;
}

void TensorCache::Drop(const CacheKey& key) {
  std::lock_guard lock(shared_->mutex);
  if (const auto removed = shared_->book.Remove(KeyHash(key))) {
    shared_->dead_rows.push_back(removed->record);
  }
}

Result<TensorCache::Evicted> TensorCache::Evict(
    const std::function<bool(std::string_view path)>& chooses) {
  // What could not be written, on a full disk say, is in the condition, and must not keep the rest.
  (void)Flush();
  Evicted evicted;
  const auto evict = [&](const CacheEntryInfo& info) {
    if (!chooses(info.path)) return true;
    Drop({info.path, info.fingerprint});
    ++evicted.entries;
    evicted.bytes += info.bytes;
    return true;
  };
  if (auto visited = ForEach(evict); !visited) return tl::unexpected(visited.error());
  (void)Flush();  // frees the space
  return evicted;
}

Result<void> TensorCache::ForEach(const Visit& visit) const {
  return store_->ForEachRow(0, kLastGeneration, [&](RecordId id, std::string_view bytes) {
    const std::optional<CacheRow> row = DecodeRow(bytes);
    if (!row) return true;
    CacheEntry entry;
    {
      std::lock_guard lock(shared_->mutex);
      const CacheEntry* live = shared_->book.FindRecord(KeyHash(row->key), id);
      if (live == nullptr) return true;
      entry = *live;
    }
    return visit(InfoOf(*row, entry));
  });
}

Result<std::vector<CacheEntryInfo>> TensorCache::Hottest(size_t limit) const {
  std::vector<CacheEntryInfo> hottest;
  const auto hotter = [](const CacheEntryInfo& a, const CacheEntryInfo& b) {
    return a.reads != b.reads ? a.reads > b.reads : a.path < b.path;
  };
  const auto keep_hottest = [&](size_t count) {
    count = std::min(count, hottest.size());
    std::partial_sort(hottest.begin(), hottest.begin() + static_cast<ptrdiff_t>(count),
                      hottest.end(), hotter);
    hottest.resize(count);
  };
  const auto collect = [&](const CacheEntryInfo& info) {
    hottest.push_back(info);
    if (hottest.size() >= 2 * limit + kListedAtOnce) keep_hottest(limit);
    return true;
  };
  if (auto visited = ForEach(collect); !visited) return tl::unexpected(visited.error());
  keep_hottest(limit);
  return hottest;
}

CacheStats TensorCache::Stats() const {
  CacheStats stats;
  stats.misses = misses_;
  stats.refused = refused_;
  stats.queue_full = queue_full_;
  stats.queued_bytes = writer_ ? writer_->queued_bytes() : 0;
  stats.limit_bytes = space_.limit_bytes;
  std::lock_guard lock(shared_->mutex);
  const CacheBook& book = shared_->book;
  stats.hits = counts_.hits;
  stats.saved_s = counts_.saved_s;
  stats.saved_source_bytes = counts_.saved_source_bytes;
  stats.admitted = counts_.admitted;
  stats.displaced = counts_.displaced + shared_->dropped_live;
  stats.corrupt = counts_.corrupt;
  stats.not_written = shared_->not_written;
  stats.write_failures = shared_->write_failures;
  stats.moved_bytes = shared_->moved_bytes;
  stats.entries = book.entries();
  stats.disk_bytes = shared_->disk_bytes;
  stats.live_bytes = book.live_bytes();
  stats.dead_bytes = book.dead_bytes();
  stats.memory_bytes = book.memory_bytes();
  for (const auto& [number, generation] : book.generations()) {
    stats.generations.push_back(
        {number, generation.entries, generation.live_bytes, generation.dead_bytes()});
  }
  stats.started_empty = opening_condition_;
  stats.condition =
      shared_->write_condition.empty() ? opening_condition_ : shared_->write_condition;
  return stats;
}

Result<void> TensorCache::Flush() { return writer_ ? writer_->Flush() : Result<void>(); }

}  // namespace tensorfs
