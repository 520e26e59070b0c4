// SPDX-License-Identifier: MIT
#include "fs/device_prober.h"

#include <fcntl.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <cstdlib>
#include <memory>
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

std::optional<double> DeviceProber::Run(const std::stop_token& stop) const {
  const std::vector<std::string> paths = fs_->PickSamples(limits_.samples);
  const ReadMeterTotals before = meter_->Totals();
  ReadFiles(paths, stop);
  const ReadMeterTotals after = meter_->Totals();
  const uint64_t bytes = after.bytes - before.bytes;
  const uint64_t busy_ns = after.busy_ns - before.busy_ns;
  if (stop.stop_requested() || bytes < limits_.enough_bytes || busy_ns == 0) return std::nullopt;
  return static_cast<double>(bytes) * kNsPerSecond / static_cast<double>(busy_ns);
}

// A file that cannot be read is passed over.
void DeviceProber::ReadFiles(const std::vector<std::string>& paths,
                             const std::stop_token& stop) const {
  const Clock::time_point end =
      Clock::now() + std::chrono::duration_cast<Clock::duration>(
                         std::chrono::duration<double>(limits_.seconds));
  std::atomic<size_t> next{0};
  std::atomic<uint64_t> bytes{0};
  const auto may_go_on = [&] {
    return !stop.stop_requested() && bytes < limits_.bytes && Clock::now() < end;
  };
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
        bytes += part;
        if (part < kChunkBytes) break;
      }
    }
  };
  std::vector<std::jthread> threads;
  for (int i = 0; i < limits_.threads; ++i) threads.emplace_back(read);
}

}  // namespace tensorfs
