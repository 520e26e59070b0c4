// SPDX-License-Identifier: MIT
// The segment files of one store: how much of each is live, and which one new records go to.
//
// Thread-safe by two mutexes, `append_mutex_` before `mutex_`. Records are reserved in order under
// `append_mutex_` and written outside of it, side by side. It alone is held across a system call,
// the creation of the next segment, which everyone who appends would have to wait for anyway.
#ifndef TENSORFS_CACHE_SEGMENT_TABLE_H_
#define TENSORFS_CACHE_SEGMENT_TABLE_H_

#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "cache/segment_file.h"
#include "cache/space_budget.h"
#include "codec/result.h"

namespace tensorfs {

class SegmentTable {
 public:
  using FilePtr = std::shared_ptr<SegmentFile>;

  // Room for one record in the segment that is written now.
  struct Slot {
    FilePtr file;
    uint64_t offset = 0;
    uint64_t bytes = 0;
  };

  struct Usage {
    uint64_t segments = 0;
    uint64_t live_bytes = 0;
    uint64_t garbage_bytes = 0;
    uint64_t file_bytes = 0;
  };

  // A segment that is no longer written to.
  struct Sealed {
    uint32_t number = 0;
    uint64_t live_bytes = 0;
    uint64_t total_bytes = 0;  // live and garbage
  };

  // A segment that has `segment_bytes` is left for a new one.
  SegmentTable(std::string directory, uint64_t segment_bytes, SpaceBudget& budget)
      : directory_(std::move(directory)), segment_bytes_(segment_bytes), budget_(budget) {}

  // Opens the files that are there; new ones get higher numbers than they and `last_number`. Files
  // under other names are left alone. Errors: FailErrno's.
  Result<void> OpenExisting();
  void SkipNumbers(uint32_t last_number);

  // Takes the record's bytes from the budget; they count as live. Every slot is to be settled once
  // its record is in the catalog's hands, or given up.
  // Errors: kTooLarge if the limit has no room; FailErrno's.
  Result<Slot> Reserve(uint64_t record_bytes, SpaceBudget::Use use);
  void Settle(const Slot& slot);

  // Nothing if the segment is gone.
  FilePtr Find(uint32_t number) const;
  // Whether the sample's record lies within a segment that is there.
  bool Holds(const StoredSample& sample) const;
  // The sample's record is named by the catalog; is named by nothing any more.
  void AddLive(const StoredSample& sample);
  void AddGarbage(const StoredSample& sample);
  void AddGarbage(const Slot& slot);

  // Those that nobody can add records to any more, by number.
  std::vector<Sealed> SealedSegments() const;
  // Leaves the segment that is written now for a new one, so that the next Reserve makes one.
  void SealActive();
  // The same if that part of its records and at least so many bytes are garbage.
  void SealActiveIfGarbage(double share, uint64_t least_bytes);
  // Forgets the segment and unlinks its file.
  void Remove(uint32_t number);
  // Counts all of every segment as garbage.
  void ForgetRecords();

  // Makes the segments that were created since the last call durable in their directory.
  Result<void> SyncDirectory();

  Usage usage() const;
  uint64_t segment_bytes() const { return segment_bytes_; }

 private:
  struct Segment {
    FilePtr file;
    uint64_t end_offset = SegmentFile::FirstOffset();
    uint64_t live_bytes = 0;
    int unsettled_slots = 0;
  };

  void AddGarbage(uint32_t number, uint64_t record_bytes);
  bool MustRoll(uint64_t record_bytes) const;
  Result<void> Roll();

  const std::string directory_;
  const uint64_t segment_bytes_;
  SpaceBudget& budget_;

  std::mutex append_mutex_;   // orders Reserve
  mutable std::mutex mutex_;  // guards what follows; never held across a system call
  std::map<uint32_t, Segment> segments_;
  uint32_t active_ = 0;  // the segment that is written now; 0: none
  uint32_t last_number_ = 0;
  bool directory_changed_ = false;
};

}  // namespace tensorfs

#endif  // TENSORFS_CACHE_SEGMENT_TABLE_H_
