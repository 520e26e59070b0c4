// SPDX-License-Identifier: MIT
#include "tools/profile/timed_reading.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <latch>
#include <memory>
#include <mutex>
#include <numeric>
#include <optional>
#include <random>
#include <thread>
#include <vector>

#include "cache/unique_fd.h"
#include "policy/thread_cpu.h"
#include "tools/block_signals.h"

namespace tensorfs {
namespace {

using Clock = std::chrono::steady_clock;

constexpr double kNsPerSecond = 1e9;

double SecondsSince(Clock::time_point start) {
  return std::chrono::duration<double>(Clock::now() - start).count();
}

// Grows and is never filled with zeros.
class Buffer {
 public:
  uint8_t* Of(size_t size) {
    if (size > size_) {
      data_ = std::make_unique_for_overwrite<uint8_t[]>(size);
      size_ = size;
    }
    return data_.get();
  }

 private:
  std::unique_ptr<uint8_t[]> data_;
  size_t size_ = 0;
};

Result<size_t> ReadWhole(const std::string& path, Buffer* buffer) {
  const auto fail = [&](int error) {
    return Fail(ErrorCode::kIo, path + ": " + std::strerror(error));
  };
  const UniqueFd file(open(path.c_str(), O_RDONLY | O_CLOEXEC));
  struct stat attr;
  if (!file.valid() || fstat(file.get(), &attr) != 0) return fail(errno);
  const auto size = static_cast<size_t>(attr.st_size);
  uint8_t* const bytes = buffer->Of(size);
  for (size_t done = 0; done < size;) {
    const ssize_t count = read(file.get(), bytes + done, size - done);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return fail(errno);
    if (count == 0) return Fail(ErrorCode::kIo, path + ": is shorter than its size");
    done += static_cast<size_t>(count);
  }
  return size;
}

// What the readers share.
class Work {
 public:
  Work(std::span<const std::string> paths, const ReadingOrder& order)
      : paths_(paths), order_(order), indices_(paths.size()), ready_(order.threads + 1) {
    std::iota(indices_.begin(), indices_.end(), size_t{0});
    std::ranges::shuffle(indices_, std::mt19937_64(order.seed));
  }

  // One reader, from the start to the end.
  void Read() {
    Buffer buffer;
    Reading own;
    ready_.arrive_and_wait();
    const uint64_t start_ns = ThreadCpuNs();
    while (const std::string* path = Next()) {
      const Result<size_t> bytes = ReadWhole(*path, &buffer);
      if (!bytes) return NoteError(bytes.error());
      ++own.files;
      own.bytes += *bytes;
    }
    own.cpu_s = static_cast<double>(ThreadCpuNs() - start_ns) / kNsPerSecond;
    const std::lock_guard lock(mutex_);
    sum_ += own;
  }

  void Start() {
    start_ = Clock::now();
    ready_.arrive_and_wait();
  }

  Result<Reading> Finish() {
    sum_.wall_s = SecondsSince(start_);
    if (error_) return tl::unexpected(*error_);
    return sum_;
  }

 private:
  const std::string* Next() {
    if (failed_ || (order_.stop && order_.stop())) return nullptr;
    const uint64_t number = next_.fetch_add(1);
    const double elapsed_s = SecondsSince(start_);
    const bool again = number >= indices_.size();
    if (number > 0 && elapsed_s >= order_.at_most_s) return nullptr;
    if (again && elapsed_s >= order_.at_least_s) return nullptr;
    return &paths_[indices_[number % indices_.size()]];
  }

  void NoteError(const Error& error) {
    failed_ = true;
    const std::lock_guard lock(mutex_);
    if (!error_) error_ = error;
  }

  const std::span<const std::string> paths_;
  const ReadingOrder& order_;
  std::vector<size_t> indices_;
  std::latch ready_;
  Clock::time_point start_;
  std::atomic<uint64_t> next_ = 0;
  std::atomic<bool> failed_ = false;
  std::mutex mutex_;  // guards what follows
  Reading sum_;
  std::optional<Error> error_;
};

}  // namespace

Reading& Reading::operator+=(const Reading& other) {
  files += other.files;
  bytes += other.bytes;
  wall_s += other.wall_s;
  cpu_s += other.cpu_s;
  return *this;
}

Result<Reading> ReadFiles(std::span<const std::string> paths, const ReadingOrder& order) {
  if (paths.empty()) return Reading{};
  Work work(paths, order);
  std::vector<std::jthread> readers;
  {
    const BlockSignals block;  // they are the main thread's
    for (int i = 0; i < order.threads; ++i) readers.emplace_back([&work] { work.Read(); });
  }
  work.Start();
  readers.clear();  // joins them
  return work.Finish();
}

}  // namespace tensorfs
