// SPDX-License-Identifier: MIT
#include "tools/derived_data.h"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <utility>

#include "fs/decode_slots.h"
#include "fs/printable.h"
#include "tools/block_signals.h"
#include "tools/condition_log.h"
#include "tools/gone_sweep.h"

namespace tensorfs {
namespace {

// Values that wait to be stored hold this part of the memory that reads need too.
constexpr size_t kQueueShare = 4;
constexpr std::chrono::seconds kWatchInterval{1};
// For which a mount waits, to tell the user what is wrong with his directories.
constexpr std::chrono::milliseconds kPatience{50};
// For which a tool waits, on a disk that is busy with other things.
constexpr std::chrono::minutes kToolPatience{1};
constexpr const char* kOpening = "the store is being opened";

uint64_t BytesIn(const std::string& directory) {
  uint64_t bytes = 0;
  std::error_code error;
  for (std::filesystem::recursive_directory_iterator entry(directory, error), end;
       !error && entry != end; entry.increment(error)) {
    if (entry->is_regular_file(error)) bytes += entry->file_size(error);
  }
  return bytes;
}

// A form that the user names he wants soon.
double DefaultShare(const KeepOptions& keep) {
  return keep.choice.mode == PolicyMode::kFixed ? 1 : MigrationShare::kDefault;
}

}  // namespace

uint64_t DefaultLimitBytes(const std::string& directory) {
  std::error_code error;
  const std::filesystem::space_info space = std::filesystem::space(directory, error);
  const uint64_t free_bytes = error ? 0 : space.available;
  return std::max<uint64_t>(BytesIn(directory) + free_bytes / 2, SampleStore::kMinLimitBytes);
}

Result<std::unique_ptr<DerivedData>> DerivedData::Open(const MountCommand& command,
                                                       const ServedMount& served,
                                                       DerivedView* view) {
  const BlockSignals block;  // for the threads that this starts
  std::unique_ptr<DerivedData> data(new DerivedData(&command, served, view));
  data->thread_ = std::jthread([raw = data.get()](const std::stop_token& stop) { raw->Run(stop); });
  std::unique_lock lock(data->mutex_);
  data->is_opened_.wait_for(lock, kPatience, [&] { return data->opened_.has_value(); });
  // What a disk refuses, perhaps only for now, is no reason to refuse the source's tensors.
  const bool refused = data->opened_ && !*data->opened_;
  if (refused && data->opened_->error().code != ErrorCode::kIo) {
    return tl::unexpected(data->opened_->error());
  }
  return data;
}

DerivedData::DerivedData(const MountCommand* command, const ServedMount& served, DerivedView* view)
    : command_(command),
      served_(served),
      view_(view),
      share_({.share = command->keep.migrate_share.value_or(DefaultShare(command->keep)),
              .cores = static_cast<double>(UsableCores())}) {}

DerivedData::~DerivedData() {
  thread_ = {};  // it might still publish
  view_->Withdraw();
}

std::string DerivedData::condition() const {
  std::lock_guard lock(mutex_);
  if (!opened_) return kOpening;
  return *opened_ ? std::string() : opened_->error().message;
}

Result<void> DerivedData::WaitUntilOpen() const {
  std::unique_lock lock(mutex_);
  if (!is_opened_.wait_for(lock, kToolPatience, [&] { return opened_.has_value(); })) {
    return Fail(ErrorCode::kBusy, kOpening);
  }
  return *opened_;
}

void DerivedData::Run(const std::stop_token& stop) {
  const auto start = std::chrono::steady_clock::now();
  const Result<void> opened = OpenAll();
  if (opened) {
    derived_ = {.store = store_.get(),
                .cache = cache_.get(),
                .migrator = migrator_.get(),
                .policy = policy_->policy()};
    view_->Publish(&derived_);
  }
  {
    std::lock_guard lock(mutex_);
    opened_ = opened;
    is_opened_.notify_all();
  }
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - start;
  if (!opened) return spdlog::error("nothing is kept: {}", opened.error().message);
  if (took > kPatience) spdlog::info("store and cache are open after {:.1f} s", took.count());
  Watch(stop);
}

Result<void> DerivedData::OpenAll() {
  return OpenStore().and_then([this] { return OpenCache(); }).map([this] {
    migrator_ = std::make_unique<Migrator>(
        &command_->view.pipeline, store_.get(),
        Migrator::Options{.queue_bytes = command_->serve.tensor_budget_bytes / kQueueShare,
                          .threads = UsableCores(),
                          .share = &share_,
                          .on_mismatch = [](const std::string& message) {
                            spdlog::error("{}", Printable(message));
                          }});
    policy_ = std::make_unique<PolicyRuntime>(*command_, served_, store_.get(), cache_.get(),
                                              migrator_.get(), &share_);
  });
}

Result<void> DerivedData::OpenStore() {
  const std::string& directory = command_->daemon.store;
  const uint64_t limit = command_->keep.store_limit_bytes;
  Result<std::unique_ptr<SampleStore>> store = SampleStore::Open(
      directory, {.limit_bytes = limit > 0 ? limit : DefaultLimitBytes(directory)});
  if (!store) return tl::unexpected(store.error());
  store_ = std::move(*store);
  return {};
}

Result<void> DerivedData::OpenCache() {
  const std::string& directory = command_->keep.cache;
  if (directory.empty()) return {};
  std::error_code ignored;  // opening tells better what is wrong
  std::filesystem::create_directories(directory, ignored);
  const uint64_t limit = command_->keep.cache_limit_bytes;
  Result<std::unique_ptr<TensorCache>> cache = TensorCache::Open(
      directory, {.limit_bytes = limit > 0 ? limit : DefaultLimitBytes(directory)});
  if (!cache) return tl::unexpected(cache.error());
  cache_ = std::move(*cache);
  return {};
}

void DerivedData::Watch(const std::stop_token& stop) const {
  ConditionLog log;
  GoneSweep sweep(served_.fs, store_.get());
  std::mutex mutex;
  std::condition_variable_any stopped;
  std::unique_lock lock(mutex);
  while (!stop.stop_requested()) {
    store_->NoticeLoss();
    log.LookAt(*store_);
    if (cache_) log.LookAt(*cache_);
    sweep.Tick(stop);
    stopped.wait_for(lock, stop, kWatchInterval, [] { return false; });
  }
}

}  // namespace tensorfs
