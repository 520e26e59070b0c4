// SPDX-License-Identifier: MIT
#include "cache/segment_table.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <utility>

#include "cache/io_error.h"
#include "cache/unique_fd.h"

namespace tensorfs {

Result<void> SegmentTable::OpenExisting() {
  std::error_code failure;
  std::filesystem::directory_iterator entry(directory_, failure);
  for (; !failure && entry != std::filesystem::directory_iterator(); entry.increment(failure)) {
    const auto number = SegmentFile::NumberOf(entry->path().filename().native());
    if (!number || *number == 0) continue;
    Result<FilePtr> file = SegmentFile::Open(directory_, *number, budget_);
    if (!file) return tl::unexpected(file.error());
    const Result<uint64_t> size = (*file)->SizeBytes();
    if (!size) return tl::unexpected(size.error());
    std::lock_guard lock(mutex_);
    segments_[*number] = {std::move(*file), std::max(*size, SegmentFile::FirstOffset()), 0, 0};
    last_number_ = std::max(last_number_, *number);
  }
  if (failure) return FailErrno(directory_, failure.value());
  return {};
}

void SegmentTable::SkipNumbers(uint32_t last_number) {
  std::lock_guard lock(mutex_);
  last_number_ = std::max(last_number_, last_number);
}

Result<SegmentTable::Slot> SegmentTable::Reserve(uint64_t record_bytes, SpaceBudget::Use use) {
  std::lock_guard append_lock(append_mutex_);
  const bool rolls = MustRoll(record_bytes);
  const uint64_t needed =
      record_bytes + (rolls ? SegmentFile::FirstOffset() + SegmentFile::kOverheadBytes : 0);
  if (!budget_.TryTake(needed, use)) {
    return Fail(ErrorCode::kTooLarge, directory_ + ": no room for " + std::to_string(record_bytes) +
                                          " bytes within the limit of " +
                                          std::to_string(budget_.limit_bytes()));
  }
  if (rolls) {
    if (auto rolled = Roll(); !rolled) {
      budget_.Give(needed);
      return tl::unexpected(rolled.error());
    }
  }
  std::lock_guard lock(mutex_);
  Segment& segment = segments_.at(active_);
  Slot slot{segment.file, segment.end_offset, record_bytes};
  segment.file->Charge(record_bytes);
  segment.end_offset += record_bytes;
  segment.live_bytes += record_bytes;
  ++segment.unsettled_slots;
  return slot;
}

void SegmentTable::Settle(const Slot& slot) {
  std::lock_guard lock(mutex_);
  const auto entry = segments_.find(slot.file->number());
  if (entry != segments_.end()) --entry->second.unsettled_slots;
}

SegmentTable::FilePtr SegmentTable::Find(uint32_t number) const {
  std::lock_guard lock(mutex_);
  const auto entry = segments_.find(number);
  return entry == segments_.end() ? nullptr : entry->second.file;
}

bool SegmentTable::Holds(const StoredSample& sample) const {
  const RecordLocation& at = sample.location;
  std::lock_guard lock(mutex_);
  const auto entry = segments_.find(at.segment);
  if (entry == segments_.end() || at.offset < SegmentFile::FirstOffset()) return false;
  const uint64_t end = entry->second.end_offset;
  return at.offset <= end && end - at.offset >= sizeof(RecordHeader) &&
         end - at.offset - sizeof(RecordHeader) >= at.payload_bytes;
}

void SegmentTable::AddLive(const StoredSample& sample) {
  std::lock_guard lock(mutex_);
  const auto entry = segments_.find(sample.location.segment);
  if (entry == segments_.end()) return;
  entry->second.live_bytes += RecordBytes(sample.location.payload_bytes);
}

void SegmentTable::AddGarbage(const StoredSample& sample) {
  AddGarbage(sample.location.segment, RecordBytes(sample.location.payload_bytes));
}

void SegmentTable::AddGarbage(const Slot& slot) { AddGarbage(slot.file->number(), slot.bytes); }

void SegmentTable::AddGarbage(uint32_t number, uint64_t record_bytes) {
  std::lock_guard lock(mutex_);
  const auto entry = segments_.find(number);
  if (entry == segments_.end()) return;
  Segment& segment = entry->second;
  segment.live_bytes -= std::min(record_bytes, segment.live_bytes);
}

std::vector<SegmentTable::Sealed> SegmentTable::SealedSegments() const {
  std::lock_guard lock(mutex_);
  std::vector<Sealed> sealed;
  for (const auto& [number, segment] : segments_) {
    if (number == active_ || segment.unsettled_slots > 0) continue;
    sealed.push_back({number, segment.live_bytes, segment.end_offset});
  }
  return sealed;
}

void SegmentTable::SealActive() {
  std::scoped_lock lock(append_mutex_, mutex_);
  active_ = 0;
}

void SegmentTable::SealActiveIfGarbage(double share, uint64_t least_bytes) {
  std::scoped_lock lock(append_mutex_, mutex_);
  const auto active = segments_.find(active_);
  if (active == segments_.end()) return;
  const uint64_t total = active->second.end_offset - SegmentFile::FirstOffset();
  const uint64_t garbage = total - std::min(active->second.live_bytes, total);
  const bool is_much = static_cast<double>(garbage) >= share * static_cast<double>(total);
  if (is_much && garbage > 0 && garbage >= least_bytes) active_ = 0;
}

void SegmentTable::Remove(uint32_t number) {
  FilePtr file;  // closed after the lock
  {
    std::lock_guard lock(mutex_);
    const auto entry = segments_.find(number);
    if (entry == segments_.end()) return;
    file = std::move(entry->second.file);
    segments_.erase(entry);
  }
  file->Unlink();
}

void SegmentTable::ForgetRecords() {
  std::lock_guard lock(mutex_);
  for (auto& [number, segment] : segments_) segment.live_bytes = 0;
}

Result<void> SegmentTable::SyncDirectory() {
  {
    std::lock_guard lock(mutex_);
    if (!std::exchange(directory_changed_, false)) return {};
  }
  const UniqueFd fd(open(directory_.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (fd.valid() && fsync(fd.get()) == 0) return {};
  const int error = errno;
  std::lock_guard lock(mutex_);
  directory_changed_ = true;
  return FailErrno(directory_, error);
}

SegmentTable::Usage SegmentTable::usage() const {
  std::lock_guard lock(mutex_);
  Usage usage;
  for (const auto& [number, segment] : segments_) {
    ++usage.segments;
    usage.live_bytes += segment.live_bytes;
    usage.garbage_bytes +=
        segment.end_offset - SegmentFile::FirstOffset() -
        std::min(segment.live_bytes, segment.end_offset - SegmentFile::FirstOffset());
    usage.file_bytes += segment.end_offset;
  }
  return usage;
}

bool SegmentTable::MustRoll(uint64_t record_bytes) const {
  std::lock_guard lock(mutex_);
  const auto active = segments_.find(active_);
  if (active == segments_.end()) return true;
  const uint64_t end = active->second.end_offset;
  return end > SegmentFile::FirstOffset() && end + record_bytes > segment_bytes_;
}

// REQUIRES: append_mutex_ is held.
Result<void> SegmentTable::Roll() {
  uint32_t number = 0;
  {
    std::lock_guard lock(mutex_);
    number = last_number_ + 1;
  }
  Result<FilePtr> file = SegmentFile::Create(directory_, number, budget_);
  if (!file) return tl::unexpected(file.error());
  std::lock_guard lock(mutex_);
  segments_[number] = {std::move(*file), SegmentFile::FirstOffset(), 0, 0};
  active_ = number;
  last_number_ = number;
  directory_changed_ = true;
  return {};
}

}  // namespace tensorfs
