// SPDX-License-Identifier: MIT
// One segment file of the sample store: a head, then records that are written once and never
// changed. Whoever holds a pointer can read on after the file was unlinked; its bytes go back to
// the budget with the last pointer, as they do to the disk.
//
// Thread-safe: records are written and read at their own places by pwritev and preadv.
#ifndef TENSORFS_CACHE_SEGMENT_FILE_H_
#define TENSORFS_CACHE_SEGMENT_FILE_H_

#include <atomic>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include "cache/sample_record.h"
#include "cache/space_budget.h"
#include "cache/unique_fd.h"
#include "codec/result.h"

namespace tensorfs {

class SegmentFile {
 public:
  // What a file takes beside its content: the last block's rest, a block of extents.
  static constexpr uint64_t kOverheadBytes = 8192;

  // A new file. What it needs itself (FirstOffset() + kOverheadBytes) must have been taken from the
  // budget, and so must each record's bytes, by Charge. Errors: FailErrno's.
  static Result<std::shared_ptr<SegmentFile>> Create(const std::string& directory, uint32_t number,
                                                     SpaceBudget& budget);
  // One that is there; takes its size from the budget.
  static Result<std::shared_ptr<SegmentFile>> Open(const std::string& directory, uint32_t number,
                                                   SpaceBudget& budget);
  ~SegmentFile() { budget_.Give(charged_bytes_); }
  SegmentFile(const SegmentFile&) = delete;
  SegmentFile& operator=(const SegmentFile&) = delete;

  static constexpr uint64_t FirstOffset() { return sizeof(SegmentHeader); }
  // The number in a segment file's name.
  static std::optional<uint32_t> NumberOf(std::string_view file_name);

  uint32_t number() const { return number_; }
  const std::string& path() const { return path_; }

  // Notes that `bytes` were taken from the budget for this file.
  void Charge(uint64_t bytes) { charged_bytes_ += bytes; }

  Result<void> Write(uint64_t offset, const RecordHeader& header,
                     std::span<const uint8_t> payload) const;
  // Errors: kCorrupt if the file ends before; FailErrno's.
  Result<void> Read(uint64_t offset, RecordHeader& header, std::span<uint8_t> payload) const;
  Result<uint64_t> SizeBytes() const;
  // Makes what was written before durable. Waits for the disk.
  Result<void> Sync() const;
  // A failure is of no interest: the next Open of the store tries again.
  void Unlink() const;

 private:
  SegmentFile(std::string path, uint32_t number, UniqueFd fd, SpaceBudget& budget)
      : path_(std::move(path)), number_(number), fd_(std::move(fd)), budget_(budget) {}

  const std::string path_;
  const uint32_t number_;
  const UniqueFd fd_;
  SpaceBudget& budget_;
  std::atomic<uint64_t> charged_bytes_ = 0;
};

}  // namespace tensorfs

#endif  // TENSORFS_CACHE_SEGMENT_FILE_H_
