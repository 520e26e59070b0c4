// SPDX-License-Identifier: MIT
#include "fs/device_prober.h"

#include <fcntl.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <cstdlib>
#include <memory>
#include <mutex>
#include <span>
#include <thread>

namespace tensorfs {
namespace {

using Clock = std::chrono::steady_clock;

constexpr double kNsPerSecond = 1e9;
constexpr size_t kBlockBytes = 4096;  // that direct reads are aligned to
constexpr size_t kChunkBytes = size_t{1} << 20;

struct Free {
  void operator()(uint8_t* bytes) const { std::free(bytes); }
};

// Filesystems that know no direct reads are made to forget the file.
void AvoidPageCache(int fd) {
  if (fcntl(fd, F_SETFL, O_DIRECT) == 0) return;
  posix_fadvise(fd, 0, 0, POSIX_FADV_DONTNEED);
}

// The number of bytes; 0 at the end and on errors. One call: the end of a file is not aligned.
size_t ReadChunk(int fd, uint64_t offset, std::span<uint8_t> chunk, ReadMeter* meter) {
  ReadMeter::Reading reading(meter);
  const ssize_t bytes = pread(fd, chunk.data(), chunk.size(), static_cast<off_t>(offset));
  if (bytes <= 0) return 0;
  reading.Count(static_cast<uint64_t>(bytes));
  return static_cast<size_t>(bytes);
}

}  // namespace

// What the meter counted in a stretch of time.
class DeviceProber::Progress {
 public:
  Progress(const ReadMeter* meter, const Limits& limits)
      : meter_(meter), limits_(limits), start_(Clock::now()), begin_(meter->Totals()) {}

  bool MayGoOn() const { return !IsAfter(1); }

  void Count(uint64_t bytes) {
    bytes_ += bytes;
    if (limits_.warm_up <= 0 || !IsAfter(limits_.warm_up)) return;
    std::call_once(warm_, [&] { begin_ = meter_->Totals(); });
  }

  std::optional<double> BytesPerSecond() const {
    const ReadMeterTotals end = meter_->Totals();
    const uint64_t bytes = end.bytes - begin_.bytes;
    const uint64_t busy_ns = end.busy_ns - begin_.busy_ns;
    if (bytes < limits_.enough_bytes || busy_ns == 0) return std::nullopt;
    return static_cast<double>(bytes) * kNsPerSecond / static_cast<double>(busy_ns);
  }

 private:
  // Whether that part of the limits is used up.
  bool IsAfter(double part) const {
    const std::chrono::duration<double> passed = Clock::now() - start_;
    return passed.count() >= part * limits_.seconds ||
           static_cast<double>(bytes_) >= part * static_cast<double>(limits_.bytes);
  }

  const ReadMeter* const meter_;
  const Limits& limits_;
  const Clock::time_point start_;
  std::atomic<uint64_t> bytes_{0};
  std::once_flag warm_;
  ReadMeterTotals begin_;  // set once more by the thread that ends the warm-up
};

std::optional<double> DeviceProber::Run(const std::stop_token& stop) const {
  const std::vector<std::string> paths = fs_->PickSamples(limits_.samples);
  Progress progress(meter_, limits_);
  ReadFiles(paths, progress, stop);
  if (stop.stop_requested()) return std::nullopt;
  return progress.BytesPerSecond();
}

// A file that cannot be read is passed over.
void DeviceProber::ReadFiles(const std::vector<std::string>& paths, Progress& progress,
                             const std::stop_token& stop) const {
  std::atomic<size_t> next{0};
  const auto may_go_on = [&] { return !stop.stop_requested() && progress.MayGoOn(); };
  const auto read = [&] {
    const std::unique_ptr<uint8_t, Free> memory(
        static_cast<uint8_t*>(std::aligned_alloc(kBlockBytes, kChunkBytes)));
    if (!memory) return;
    const std::span<uint8_t> chunk(memory.get(), kChunkBytes);
    while (may_go_on()) {
      const size_t index = next++;
      if (index >= paths.size()) return;
      const Result<SourceFile> file = fs_->OpenSource(paths[index]);
      if (!file) continue;
      AvoidPageCache(file->fd.get());
      for (uint64_t offset = 0; may_go_on(); offset += kChunkBytes) {
        const size_t part = ReadChunk(file->fd.get(), offset, chunk, meter_);
        progress.Count(part);
        if (part < kChunkBytes) break;
      }
    }
  };
  std::vector<std::jthread> threads;
  for (int i = 0; i < limits_.threads; ++i) threads.emplace_back(read);
}

}  // namespace tensorfs
