// SPDX-License-Identifier: MIT
#include "fs/sample_reader.h"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <chrono>
#include <new>
#include <utility>

#include "fs/printable.h"
#include "policy/thread_cpu.h"

namespace tensorfs {
namespace {

constexpr int kMaxAttempts = 3;  // at a source that changes while it is read
constexpr std::chrono::seconds kSweepInterval{1};
constexpr std::chrono::seconds kMaxIdle{3};
// A file that a reader is in the middle of is not given up for another's: with more readers than
// the budget has room for, each of their reads would make its file again.
constexpr std::chrono::milliseconds kMinIdle{100};

uint64_t NsSince(std::chrono::steady_clock::time_point start) {
  const auto elapsed = std::chrono::steady_clock::now() - start;
  return static_cast<uint64_t>(std::chrono::nanoseconds(elapsed).count());
}

}  // namespace

SampleReader::SampleReader(const SourceTree* source, const SampleLoader* loader,
                           MemoryBudget* budget, ReadStats* stats)
    : source_(source), loader_(loader), budget_(budget), stats_(stats) {
  budget_->SetReclaimer([this](size_t bytes) {
    in_flight_.Reclaim(bytes, TensorsInFlight::Clock::now() - kMinIdle);
  });
}

Result<ReadReply> SampleReader::Read(const SampleAddress& sample, SampleSource source,
                                     uint64_t offset, size_t size) {
  const TensorsInFlight::Key key{.inode = sample.inode, .source_stamp = source.state().stamp};
  Result<FilePtr> made =
      in_flight_.GetOrMake(key, [&] { return MakeCounted(sample, std::move(source)); });
  if (!made) return Fail(Printable(sample.path), made.error());

  const FilePtr& finished = *made;
  const uint64_t begin = std::min<uint64_t>(offset, finished->bytes.size());
  const uint64_t length = std::min<uint64_t>(size, finished->bytes.size() - begin);
  if (in_flight_.HandedOut(key, begin, begin + length)) {
    StartSweeper();
  }
  return ReadReply{.bytes = finished->bytes.subspan(begin, length), .owner = finished};
}

Result<SampleReader::FilePtr> SampleReader::MakeCounted(const SampleAddress& sample,
                                                        SampleSource source) {
  const uint64_t cpu_start = ThreadCpuNs();
  const auto start = std::chrono::steady_clock::now();
  Result<SampleLoader::Loaded> loaded = LoadUnchanged(sample, std::move(source));
  if (!loaded) {
    if (loaded.error().code != ErrorCode::kStale) ReportFailure(sample, loaded.error());
    return tl::unexpected(loaded.error());
  }
  stats_->CountSample({.origin = loaded->origin,
                       .read_bytes = loaded->read_bytes,
                       .tensor_bytes = loaded->file->bytes.size(),
                       .cpu_ns = ThreadCpuNs() - cpu_start,
                       .wall_ns = NsSince(start)});
  errors_.Clear(sample.inode);
  return std::move(loaded->file);
}

template <typename Source, typename Load>
auto SampleReader::RetryIfChanged(const SampleAddress& sample, Source source,
                                  const Load& load) const -> decltype(load(source)) {
  try {
    for (int attempt = 1;; ++attempt) {
      auto loaded = load(source);
      if (loaded || loaded.error().code != ErrorCode::kBusy) return loaded;
      if (attempt == kMaxAttempts) return Fail(ErrorCode::kIo, loaded.error().message);
      Result<SourceFile> reopened = source_->OpenFile(sample.path);
      if (!reopened) return tl::unexpected(reopened.error());
      source = Source(std::move(*reopened));
    }
  } catch (const std::bad_alloc&) {
    return Fail(ErrorCode::kTooLarge, "the system is out of memory");
  }
}

Result<SourceFile> SampleReader::OpenSource(const std::string& path) const {
  Result<SourceFile> file = source_->OpenFile(path);
  const bool is_gone = !file && file.error().code == ErrorCode::kNotFound;
  // A source that is away as a whole may come back.
  if (is_gone && source_->Stat("")) loader_->Drop(path);
  return file;
}

Result<SampleLoader::Loaded> SampleReader::LoadUnchanged(const SampleAddress& sample,
                                                         SampleSource source) const {
  return RetryIfChanged(sample, std::move(source),
                        [&](SampleSource& current) { return loader_->Load(sample, current); });
}

Result<bool> SampleReader::Convert(const SampleAddress& sample, SourceFile file, const Form& form,
                                   MoveCause cause) {
  Result<bool> converted = RetryIfChanged(sample, std::move(file), [&](const SourceFile& current) {
    return loader_->Convert(sample, current, form, cause);
  });
  const bool broken = !converted && converted.error().code != ErrorCode::kUnsupported;
  if (broken) return Fail(Printable(sample.path), converted.error());
  return converted;
}

Result<SampleLoader::Warmed> SampleReader::Warm(const SampleAddress& sample, SampleSource source) {
  auto warmed = RetryIfChanged(sample, std::move(source), [&](SampleSource& current) {
    return loader_->Warm(sample, current);
  });
  if (warmed) return warmed;
  ReportFailure(sample, warmed.error());
  return Fail(Printable(sample.path), warmed.error());
}

Result<SampleLoader::Comparison> SampleReader::Compare(const SampleAddress& sample,
                                                       SourceFile file) const {
  return RetryIfChanged(sample, std::move(file), [&](const SourceFile& current) {
    return loader_->Compare(sample.path, current);
  });
}

void SampleReader::ReportFailure(const SampleAddress& sample, const Error& error) {
  stats_->CountSampleError();
  if (errors_.Remember(sample.inode, error.message)) {
    spdlog::warn("{}: {}", Printable(sample.path), error.message);
  }
}

void SampleReader::StartSweeper() {
  std::call_once(sweeper_started_, [this] {
    sweeper_ = std::jthread([this](std::stop_token stop) { Sweep(std::move(stop)); });
  });
}

void SampleReader::Sweep(std::stop_token stop) {
  std::mutex mutex;
  std::condition_variable_any stopped;
  std::unique_lock lock(mutex);
  while (!stop.stop_requested()) {
    stopped.wait_for(lock, stop, kSweepInterval, [] { return false; });
    in_flight_.DropUnusedSince(TensorsInFlight::Clock::now() - kMaxIdle);
  }
}

}  // namespace tensorfs
