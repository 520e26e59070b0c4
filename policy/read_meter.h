// SPDX-License-Identifier: MIT
// How busy reads keep something: a device, or the mount itself. Busy is the time in which at least
// one read is outstanding, however many there are at once.
//
// Thread-safe; the mutex is held for a few additions. A read costs two clocks and two locks.
#ifndef TENSORFS_POLICY_READ_METER_H_
#define TENSORFS_POLICY_READ_METER_H_

#include <chrono>
#include <cstdint>
#include <mutex>

namespace tensorfs {

// Totals since the meter was made, up to the moment they were asked for.
struct ReadMeterTotals {
  uint64_t reads = 0;  // that brought something
  uint64_t bytes = 0;
  uint64_t busy_ns = 0;
  uint64_t outstanding_ns = 0;  // each moment counted as often as reads were outstanding then
};

class ReadMeter {
 public:
  // One read, outstanding as long as it lives.
  class Reading {
   public:
    // Null: nobody wants to know.
    explicit Reading(ReadMeter* meter) : meter_(meter) {
      if (meter_ != nullptr) meter_->Begin();
    }
    Reading(const Reading&) = delete;
    Reading& operator=(const Reading&) = delete;
    ~Reading() {
      if (meter_ != nullptr) meter_->End(bytes_, brought_any_);
    }

    // Bytes that have come, told at the end of the read.
    void Count(uint64_t bytes) {
      bytes_ += bytes;
      brought_any_ |= bytes > 0;
    }
    // Tells them now: a long read would otherwise count wholly where it ends.
    void Tell() {
      if (meter_ != nullptr) meter_->Add(bytes_);
      bytes_ = 0;
    }

   private:
    ReadMeter* const meter_;
    uint64_t bytes_ = 0;
    bool brought_any_ = false;
  };

  ReadMeterTotals Totals() const;

 private:
  using Clock = std::chrono::steady_clock;

  void Begin();
  void Add(uint64_t bytes);
  void End(uint64_t bytes, bool counts);
  void Advance() const;

  mutable std::mutex mutex_;  // guards all below
  mutable Clock::time_point counted_until_ = Clock::now();
  uint64_t outstanding_ = 0;
  mutable ReadMeterTotals totals_;
};

// Meters of what a mount reads from and for. Null: not measured. Does not own.
struct ReadMeters {
  ReadMeter* source = nullptr;
  ReadMeter* store = nullptr;
  ReadMeter* cache = nullptr;
  ReadMeter* requests = nullptr;  // of readers, for bytes of presented files
};

}  // namespace tensorfs

#endif  // TENSORFS_POLICY_READ_METER_H_
