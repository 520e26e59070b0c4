// SPDX-License-Identifier: MIT
#include "tools/derived_data.h"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <condition_variable>
#include <filesystem>
#include <mutex>

#include "fs/decode_slots.h"
#include "tools/block_signals.h"

namespace tensorfs {
namespace {

constexpr size_t kMaxQueueBytes = size_t{64} << 20;
// Values that wait to be stored hold a part of the memory that reads need too.
constexpr size_t kQueueShare = 4;
constexpr std::chrono::seconds kWatchInterval{1};

uint64_t BytesIn(const std::string& directory) {
  uint64_t bytes = 0;
  std::error_code error;
  for (std::filesystem::recursive_directory_iterator entry(directory, error), end;
       !error && entry != end; entry.increment(error)) {
    if (entry->is_regular_file(error)) bytes += entry->file_size(error);
  }
  return bytes;
}

// Says what has changed.
void LogCondition(const char* what, const std::string& now, std::string* last) {
  if (now == *last) return;
  if (now.empty()) {
    spdlog::info("{}: all is well again", what);
  } else {
    spdlog::error("{}: {}", what, now);
  }
  *last = now;
}

}  // namespace

uint64_t DefaultLimitBytes(const std::string& directory) {
  std::error_code error;
  const std::filesystem::space_info space = std::filesystem::space(directory, error);
  const uint64_t free_bytes = error ? 0 : space.available;
  return std::max<uint64_t>(BytesIn(directory) + free_bytes / 2, SampleStore::kMinLimitBytes);
}

Result<std::unique_ptr<DerivedData>> DerivedData::Open(const MountCommand& command) {
  const BlockSignals block;  // for the threads that this starts
  std::unique_ptr<DerivedData> data(new DerivedData());
  data->target_ = command.keep.target;

  const std::string& directory = command.daemon.store;
  const uint64_t store_limit = command.keep.store_limit_bytes;
  Result<std::unique_ptr<SampleStore>> store = SampleStore::Open(
      directory, {.limit_bytes = store_limit > 0 ? store_limit : DefaultLimitBytes(directory)});
  if (!store) return tl::unexpected(store.error());
  data->store_ = std::move(*store);

  if (!command.keep.cache.empty()) {
    const std::string& cache_directory = command.keep.cache;
    std::error_code ignored;  // opening tells better what is wrong
    std::filesystem::create_directories(cache_directory, ignored);
    const uint64_t limit = command.keep.cache_limit_bytes;
    Result<std::unique_ptr<TensorCache>> cache = TensorCache::Open(
        cache_directory, {.limit_bytes = limit > 0 ? limit : DefaultLimitBytes(cache_directory)});
    if (!cache) return tl::unexpected(cache.error());
    data->cache_ = std::move(*cache);
  }
  data->migrator_ = std::make_unique<Migrator>(
      &command.view.pipeline, data->store_.get(),
      std::min(kMaxQueueBytes, command.serve.tensor_budget_bytes / kQueueShare), UsableCores());
  data->watcher_ =
      std::jthread([raw = data.get()](const std::stop_token& stop) { raw->WatchConditions(stop); });
  return data;
}

DerivedData::~DerivedData() = default;

Derived DerivedData::view() const {
  return {
      .store = store_.get(), .cache = cache_.get(), .migrator = migrator_.get(), .target = target_};
}

void DerivedData::WatchConditions(const std::stop_token& stop) const {
  std::string store_condition;
  std::string cache_condition;
  std::mutex mutex;
  std::condition_variable_any stopped;
  std::unique_lock lock(mutex);
  while (!stop.stop_requested()) {
    LogCondition("store", store_->Stats().condition, &store_condition);
    if (cache_) LogCondition("cache", cache_->Stats().condition, &cache_condition);
    stopped.wait_for(lock, stop, kWatchInterval, [] { return false; });
  }
}

}  // namespace tensorfs
