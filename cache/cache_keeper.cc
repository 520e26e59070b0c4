// SPDX-License-Identifier: MIT
#include "cache/cache_keeper.h"

#include <algorithm>
#include <limits>
#include <map>
#include <set>
#include <utility>

#include "cache/disk_usage.h"

namespace tensorfs {
namespace {

// Long enough that files do not become small and many, short enough that what was read is there
// soon.
constexpr std::chrono::seconds kSealAfter{2};
constexpr std::chrono::seconds kPauseAfterFailure{2};
// Moving what is live in a generation with less garbage would gain too little.
constexpr double kLeastDeadPart = 1.0 / 64;
constexpr size_t kMergedAtOnce = 64;
constexpr size_t kKeptBufferBytes = 1 << 20;
constexpr uint32_t kLastGeneration = std::numeric_limits<uint32_t>::max();

std::string_view Text(std::span<const uint8_t> bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

}  // namespace

CacheKeeper::CacheKeeper(std::string directory, const CacheSpace& space, SharedBook* shared,
                         GenerationStore* store)
    : directory_(std::move(directory)), space_(space), shared_(shared), store_(store) {}

Result<void> CacheKeeper::Load(Access access) {
  std::set<uint32_t> present;
  for (const auto& generation : store_->Generations()) present.insert(generation.number);
  if (!present.empty()) next_generation_ = *present.rbegin() + 1;

  std::set<uint32_t> absent;  // generations that have rows but no file
  std::vector<uint16_t> reads;
  uint32_t generation = 0;
  const auto add = [&](RecordId id, std::string_view bytes) {
    const std::optional<CacheRow> row = DecodeRow(bytes);
    if (!row || !present.contains(id.generation)) {
      if (!present.contains(id.generation)) absent.insert(id.generation);
      return true;
    }
    if (id.generation != generation) reads = store_->Reads(generation = id.generation);
    CacheEntry entry;
    entry.key = KeyHash(row->key);
    entry.record = id;
    entry.bytes = row->bytes;
    entry.saved_s = row->saved_s;
    entry.reads = id.sequence < reads.size() ? reads[id.sequence] : 0;
    entry.source = ShortSource(row->source);
    std::lock_guard lock(shared_->mutex);
    shared_->book.Add(entry);  // of two records of one key the later, which comes later, stays
    return true;
  };
  if (auto read = store_->ForEachRow(0, kLastGeneration, add); !read) return read;
  for (const uint32_t number : absent) {
    next_generation_ = std::max(next_generation_, number + 1);
    if (access == Access::kRead) continue;
    if (auto dropped = store_->Drop(number); !dropped) return dropped;
  }
  CountUnknownGarbage();
  return {};
}

Result<void> CacheKeeper::KeepToLimit() {
  LookAtDisk();
  while (!Fits(0) || LiveBytes() > space_.live_bytes) {
    const std::vector<uint32_t> oldest = OldestGeneration();
    if (oldest.empty()) return {};
    if (auto reclaimed = Reclaim(oldest, /*move_live=*/false); !reclaimed) return reclaimed;
  }
  return {};
}

void CacheKeeper::Write(const CacheWrite& write) {
  CacheEntry entry;
  entry.key = KeyHash(write.key);
  entry.source = ShortSource(write.source);
  entry.bytes = static_cast<uint32_t>(write.bytes.size());
  entry.saved_s = static_cast<float>(write.saved_s);
  if (IsPaused() || !MakeRoom(Footprint(write.bytes.size()))) {
    std::lock_guard lock(shared_->mutex);
    shared_->not_written += shared_->book.Settle(entry.key);
    return;
  }
  value_ = EncodeValueHeader(write.key, write.source, write.bytes);
  value_.append(Text(write.bytes));
  std::string row = EncodeRow({write.key, write.source, entry.bytes, entry.saved_s});
  (void)Append(entry, std::move(row), value_, RecordId{});
  if (value_.capacity() > kKeptBufferBytes) value_ = std::string();
  if (IsDue()) (void)Seal();
}

Result<void> CacheKeeper::Seal() {
  if (IsPaused()) {
    std::lock_guard lock(shared_->mutex);
    return Fail(ErrorCode::kIo, shared_->write_condition);
  }
  if (unsealed_.empty()) return DropDeadRows();
  std::vector<GenerationStore::Row> rows;
  for (Unsealed& unsealed : unsealed_) {
    rows.push_back({unsealed.entry.record, std::move(unsealed.row)});
  }
  if (auto sealed = store_->Seal(rows); !sealed) return Failed(sealed.error());
  Publish(std::exchange(unsealed_, {}));
  unsealed_bytes_ = 0;
  LookAtDisk();
  return DropDeadRows();
}

void CacheKeeper::Tick() {
  if (IsDue()) {
    (void)Seal();
    MergeSmall();
  } else if (!IsPaused()) {
    (void)DropDeadRows();
    DropEmptyGenerations();
  }
}

void CacheKeeper::DropEmptyGenerations() {
  std::vector<uint32_t> empty;
  {
    std::lock_guard lock(shared_->mutex);
    for (const auto& [number, generation] : shared_->book.generations()) {
      const bool is_head = number == head_generation_ && !unsealed_.empty();
      if (generation.entries == 0 && !is_head) empty.push_back(number);
    }
    for (const uint32_t number : empty) shared_->book.DropGeneration(number);
  }
  for (const uint32_t number : empty) {
    if (!store_->Drop(number)) return;  // the next opening sees that nothing is live in it
  }
  if (!empty.empty()) LookAtDisk();
}

bool CacheKeeper::IsDue() const {
  return !unsealed_.empty() && Clock::now() >= unsealed_since_ + kSealAfter;
}

bool CacheKeeper::HasWork() {
  if (!unsealed_.empty()) return true;
  std::lock_guard lock(shared_->mutex);
  return !shared_->dead_rows.empty();
}

void CacheKeeper::Close() {
  if (!Seal()) return;
  DropEmptyGenerations();
  std::map<uint32_t, std::vector<uint16_t>> reads;
  {
    std::lock_guard lock(shared_->mutex);
    reads = shared_->book.Reads();
  }
  for (const auto& [generation, counts] : reads) {
    if (!store_->KeepReads(generation, counts)) return;
  }
  (void)store_->FlushRows();
}

bool CacheKeeper::Fits(uint64_t bytes) const {
  return disk_bytes_ + unsealed_bytes_ + bytes + space_.reserve_bytes <= space_.limit_bytes;
}

// One generation's bytes stay free, for what is live in the next ones to be reclaimed. Several at
// once, so that what is left of them fills one.
bool CacheKeeper::MakeRoom(uint64_t bytes) {
  if (!Fits(0) && !KeepToLimit()) return false;
  const uint64_t kept_free = space_.generation_bytes * 5 / 4;
  while (!Fits(bytes + kept_free)) {
    std::vector<uint32_t> reclaimed;
    {
      std::lock_guard lock(shared_->mutex);
      reclaimed = shared_->book.MostDeadGenerations(kLeastDeadPart, space_.generation_bytes);
    }
    if (reclaimed.empty() || !Reclaim(reclaimed, /*move_live=*/true)) return false;
  }
  return true;
}

Result<void> CacheKeeper::Append(CacheEntry entry, std::string row, std::string_view value,
                                 RecordId moved_from) {
  if (unsealed_.empty()) {
    head_generation_ = next_generation_++;
    unsealed_since_ = Clock::now();
    if (auto begun = store_->Begin(head_generation_); !begun) {
      Lose(entry, moved_from);
      return Failed(begun.error());
    }
  }
  entry.record = {head_generation_, static_cast<uint32_t>(unsealed_.size())};
  unsealed_.push_back({entry, std::move(row), moved_from});
  unsealed_bytes_ += Footprint(entry.bytes);
  if (auto appended = store_->Append(entry.record.sequence, value); !appended) {
    return Failed(appended.error());
  }
  if (unsealed_bytes_ < space_.generation_bytes) return {};
  return Seal();
}

Result<void> CacheKeeper::Reclaim(const std::vector<uint32_t>& generations, bool move_live) {
  for (const uint32_t generation : generations) {
    if (!move_live) break;
    if (auto moved = MoveLive(generation); !moved) return moved;
  }
  if (auto sealed = Seal(); !sealed) return sealed;
  for (const uint32_t generation : generations) {
    {
      std::lock_guard lock(shared_->mutex);
      const size_t entries = shared_->book.entries();
      shared_->book.DropGeneration(generation);
      shared_->dropped_live += entries - shared_->book.entries();
    }
    if (auto dropped = store_->Drop(generation); !dropped) return Failed(dropped.error());
  }
  LookAtDisk();
  return {};
}

// What cannot be read or has no room is lost with its generation.
Result<void> CacheKeeper::MoveLive(uint32_t generation) {
  Result<void> moved;
  const auto move = [&](RecordId id, std::string_view row) {
    moved = MoveIfLive(id, row);
    return moved.has_value();
  };
  if (auto read = store_->ForEachRow(generation, generation, move); !read) return {};
  return moved;
}

Result<void> CacheKeeper::MoveIfLive(RecordId id, std::string_view row_bytes) {
  const std::optional<CacheRow> row = DecodeRow(row_bytes);
  if (!row) return {};
  CacheEntry entry;
  {
    std::lock_guard lock(shared_->mutex);
    const CacheEntry* live = shared_->book.FindRecord(KeyHash(row->key), id);
    if (live == nullptr) return {};
    entry = *live;
  }
  const Result<GenerationStore::Value> value = store_->Read(id);
  if (!value || !CheckValue(value->bytes, row->key, row->source)) return {};
  if (!Fits(Footprint(entry.bytes))) return {};
  return Append(entry, std::string(row_bytes), Text(value->bytes), id);
}

// Files of the little that came in two seconds each would become too many.
void CacheKeeper::MergeSmall() {
  std::vector<uint32_t> smallest;
  {
    std::lock_guard lock(shared_->mutex);
    const size_t most = 1024 + 2 * space_.limit_bytes / space_.generation_bytes;
    if (shared_->book.generations().size() <= most) return;
    smallest = shared_->book.SmallestGenerations(kMergedAtOnce);
  }
  (void)Reclaim(smallest, /*move_live=*/true);
}

void CacheKeeper::Publish(const std::vector<Unsealed>& sealed) {
  std::lock_guard lock(shared_->mutex);
  CacheBook& book = shared_->book;
  for (const auto& [entry, row, moved_from] : sealed) {
    const bool is_new = moved_from.generation == 0;
    if (is_new && book.Settle(entry.key)) {
      book.Add(entry);
    } else if (!is_new && book.FindRecord(entry.key, moved_from) != nullptr) {
      book.Move(entry.key, entry.record);
      shared_->moved_bytes += entry.bytes;
    } else {  // it left while it was written
      book.AddGarbage(entry.record.generation, Footprint(entry.bytes));
      shared_->dead_rows.push_back(entry.record);
    }
  }
  shared_->write_condition.clear();
}

Result<void> CacheKeeper::DropDeadRows() {
  std::vector<RecordId> dead;
  {
    std::lock_guard lock(shared_->mutex);
    dead.swap(shared_->dead_rows);
  }
  if (dead.empty()) return {};
  if (auto dropped = store_->DropRows(dead); !dropped) return Failed(dropped.error());
  return {};
}

// Gives up the head and pauses. Everything that was readable stays so.
Result<void> CacheKeeper::Failed(const Error& error) {
  store_->Abandon();
  for (const Unsealed& unsealed : unsealed_) Lose(unsealed.entry, unsealed.moved_from);
  unsealed_.clear();
  unsealed_bytes_ = 0;
  LookAtDisk();
  paused_until_ = Clock::now() + kPauseAfterFailure;
  CountUnknownGarbage();
  std::lock_guard lock(shared_->mutex);
  ++shared_->write_failures;
  shared_->write_condition = error.message;
  return tl::unexpected(error);
}

void CacheKeeper::Lose(const CacheEntry& entry, RecordId moved_from) {
  if (moved_from.generation != 0) return;  // still where it was
  std::lock_guard lock(shared_->mutex);
  shared_->not_written += shared_->book.Settle(entry.key);
}

// Files can hold more than the books know: rows may be lost.
void CacheKeeper::CountUnknownGarbage() {
  const std::vector<GenerationStore::Generation> generations = store_->Generations();
  std::lock_guard lock(shared_->mutex);
  for (const auto& [number, file_bytes, path] : generations) {
    const auto known = shared_->book.generations().find(number);
    const uint64_t counted =
        known == shared_->book.generations().end() ? 0 : known->second.total_bytes;
    if (file_bytes > counted) shared_->book.AddGarbage(number, file_bytes - counted);
  }
}

std::vector<uint32_t> CacheKeeper::OldestGeneration() {
  std::lock_guard lock(shared_->mutex);
  if (shared_->book.generations().empty()) return {};
  return {shared_->book.generations().begin()->first};
}

uint64_t CacheKeeper::LiveBytes() {
  std::lock_guard lock(shared_->mutex);
  return shared_->book.live_bytes();
}

void CacheKeeper::LookAtDisk() {
  disk_bytes_ = DiskUsage(directory_);
  std::lock_guard lock(shared_->mutex);
  shared_->disk_bytes = disk_bytes_;
}

bool CacheKeeper::IsPaused() {
  if (paused_until_ == Clock::time_point{}) return false;
  if (Clock::now() < paused_until_) return true;
  paused_until_ = {};
  store_->Resume();
  return false;
}

}  // namespace tensorfs
