// SPDX-License-Identifier: MIT
#include "cache/segment_cleaner.h"

#include <algorithm>
#include <memory>
#include <utility>

#include "cache/sample_record.h"

namespace tensorfs {
namespace {

// Less is not worth copying the rest, even where room is needed.
constexpr double kSomeGarbage = 0.1;
// The segment that is written now is left for less than this only where somebody asks for it.
constexpr uint64_t kWorthANewSegment = 1 << 20;
// A process leaves its last segment part empty: so many of those are let be.
constexpr size_t kMaxSmallSegments = 16;
// Moves that wait for their group take memory.
constexpr size_t kMovesAtOnce = 1024;

double GarbageShare(const SegmentTable::Sealed& segment) {
  const uint64_t garbage = segment.total_bytes - std::min(segment.live_bytes, segment.total_bytes);
  return static_cast<double>(garbage) / static_cast<double>(segment.total_bytes);
}

}  // namespace

SegmentCleaner::SegmentCleaner(const Catalog& catalog, const CatalogWriter& books,
                               SegmentTable& segments, SpaceBudget& budget, StoreHealth& health,
                               StoreWriter& writer, Doorbell& bell)
    : catalog_(catalog),
      books_(books),
      segments_(segments),
      budget_(budget),
      health_(health),
      writer_(writer),
      bell_(bell),
      thread_([this] { Run(); }) {}

SegmentCleaner::~SegmentCleaner() {
  bell_.Close();
  thread_.join();
}

void SegmentCleaner::Run() {
  while (bell_.Wait()) {
    const uint64_t refusals = health_.events().puts_refused;
    const bool needs_room = std::exchange(refusals_noticed_, refusals) != refusals;
    SealGarbage(needs_room);
    RemoveDead();
    while (const auto victim = PickVictim(needs_room)) {
      if (Rewrite(*victim)) continue;
      if (!bell_.Rest(StoreHealth::kRest)) return;
      break;
    }
    if (needs_room && books_.IsWasteful()) writer_.CompactCatalog();
  }
}

void SegmentCleaner::SealGarbage(bool needs_room) {
  segments_.SealActiveIfGarbage(needs_room ? kSomeGarbage : kMuchGarbage,
                                std::min(kWorthANewSegment, segments_.segment_bytes() / 8));
}

void SegmentCleaner::RemoveDead() {
  for (const SegmentTable::Sealed& segment : segments_.SealedSegments()) {
    if (segment.live_bytes > 0) continue;
    segments_.Remove(segment.number);
    health_.Count(&StoreEvents::segments_removed);
  }
}

std::optional<SegmentTable::Sealed> SegmentCleaner::PickVictim(bool needs_room) const {
  const std::vector<SegmentTable::Sealed> sealed = segments_.SealedSegments();
  if (sealed.empty()) return std::nullopt;
  const auto most = std::ranges::max_element(sealed, {}, GarbageShare);
  if (GarbageShare(*most) > (needs_room ? kSomeGarbage : kMuchGarbage)) return *most;
  const auto small = [&](const SegmentTable::Sealed& segment) {
    return segment.total_bytes < segments_.segment_bytes() / 8;
  };
  if (static_cast<size_t>(std::ranges::count_if(sealed, small)) <= kMaxSmallSegments) {
    return std::nullopt;
  }
  return *std::ranges::find_if(sealed, small);
}

// Moves what is live elsewhere and removes the segment. Returns false if it has to stay.
bool SegmentCleaner::Rewrite(const SegmentTable::Sealed& victim) {
  // Nobody can add to a sealed segment, so once the catalog knows all that was added, it alone
  // tells what is live there.
  if (!writer_.Flush() || !MakeRoomFor(victim)) return false;
  size_t moves = 0;
  bool all_moved = true;
  const Result<void> read =
      catalog_.ForEach([&](std::string_view key, const std::optional<StoredSample>& sample) {
        if (!sample || sample->location.segment != victim.number) return !bell_.is_closed();
        all_moved = MoveRecord(key, *sample);
        if (all_moved && ++moves % kMovesAtOnce == 0) all_moved = writer_.Flush().has_value();
        return all_moved && !bell_.is_closed();
      });
  if (!writer_.Flush() || !read || !all_moved || bell_.is_closed()) return false;
  segments_.Remove(victim.number);
  health_.Count(&StoreEvents::segments_removed);
  return true;
}

bool SegmentCleaner::MakeRoomFor(const SegmentTable::Sealed& victim) {
  const uint64_t needed = victim.live_bytes + 2 * SegmentFile::kOverheadBytes;
  if (budget_.FreeBytes(SpaceBudget::Use::kRewrite) >= needed) return true;
  writer_.CompactCatalog();
  return budget_.FreeBytes(SpaceBudget::Use::kRewrite) >= needed;
}

// Returns false if the rest cannot be moved either.
bool SegmentCleaner::MoveRecord(std::string_view key, const StoredSample& sample) {
  const auto slot = ReserveCopy(RecordBytes(sample.location.payload_bytes));
  if (!slot) return false;
  const SegmentTable::FilePtr from = segments_.Find(sample.location.segment);
  Result<void> copied;
  worker_.Do([&] { copied = Copy(key, sample, from.get(), *slot); });
  if (copied) {
    writer_.Move(key, sample, {slot->file->number(), slot->offset, sample.location.payload_bytes});
    health_.Count(&StoreEvents::records_rewritten);
  } else {
    segments_.AddGarbage(*slot);
  }
  segments_.Settle(*slot);
  if (copied) return true;
  if (copied.error().code != ErrorCode::kCorrupt) {
    health_.WriteFailed(copied.error());
    return false;
  }
  if (writer_.DropAt(key, sample.location)) health_.Count(&StoreEvents::corrupt_records);
  return true;
}

Result<SegmentTable::Slot> SegmentCleaner::ReserveCopy(uint64_t record_bytes) {
  auto slot = segments_.Reserve(record_bytes, SpaceBudget::Use::kRewrite);
  if (slot || slot.error().code != ErrorCode::kTooLarge) return slot;
  // Its own moves may have used up what was there at first.
  writer_.CompactCatalog();
  return segments_.Reserve(record_bytes, SpaceBudget::Use::kRewrite);
}

// In the worker's thread. Errors: kCorrupt if the record cannot be read; that of writing it.
Result<void> SegmentCleaner::Copy(std::string_view key, const StoredSample& sample,
                                  const SegmentFile* from, const SegmentTable::Slot& slot) {
  payload_.resize(sample.location.payload_bytes);
  RecordHeader header;
  Result<void> read = Fail(ErrorCode::kCorrupt, "its segment is gone");
  if (from != nullptr) read = from->Read(sample.location.offset, header, payload_);
  if (read) read = CheckRecord(key, sample, header, payload_);
  if (!read) return Fail(ErrorCode::kCorrupt, read.error().message);
  return slot.file->Write(slot.offset, header, payload_);
}

}  // namespace tensorfs
