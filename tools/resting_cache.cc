// SPDX-License-Identifier: MIT
#include "tools/resting_cache.h"

#include <cstdint>
#include <filesystem>
#include <system_error>
#include <utility>

#include "tools/paths.h"

namespace tensorfs {
namespace {

// More than any disk has, so that nothing has to leave.
constexpr uint64_t kNoLimitBytes = uint64_t{1} << 50;

bool IsDirectory(const std::string& path) {
  std::error_code error;
  return std::filesystem::is_directory(path, error);
}

bool HoldsStore(const std::string& directory) {
  return IsDirectory(directory + "/segments") || IsDirectory(directory + "/catalog");
}

bool HoldsCache(const std::string& directory) { return IsDirectory(directory + "/db"); }

Error Explain(Error error) {
  if (error.code == ErrorCode::kBusy) {
    error.message += "; if that is a mount, give its mountpoint instead";
  }
  return error;
}

}  // namespace

Result<RestingCache> RestingCache::Open(const std::string& directory) {
  const Result<std::string> path = ResolvePath(directory);
  if (!path) return tl::unexpected(path.error());
  RestingCache resting;
  resting.contents_.at_rest = true;
  resting.contents_.stages = {"source"};
  Result<void> opened;
  if (HoldsStore(*path)) {
    opened = resting.OpenStore(*path);
    if (opened && HoldsCache(*path + "/cache")) opened = resting.OpenCache(*path + "/cache");
  } else if (HoldsCache(*path)) {
    opened = resting.OpenCache(*path);
  } else {
    opened =
        Fail(ErrorCode::kInvalidArgument,
             directory + ": neither a tensorfs mountpoint nor a directory of a store or a cache");
  }
  if (!opened) return tl::unexpected(Explain(opened.error()));
  return resting;
}

Result<void> RestingCache::OpenStore(const std::string& directory) {
  Result<StoreDir> lock = StoreDir::Open(directory);
  if (!lock) return tl::unexpected(lock.error());
  lock_ = std::move(*lock);
  Result<std::unique_ptr<SampleStore>> store = SampleStore::Open(directory, {});
  if (!store) return tl::unexpected(store.error());
  store_ = std::move(*store);
  contents_.store = store_.get();
  contents_.store_directory = directory;
  return {};
}

Result<void> RestingCache::OpenCache(const std::string& directory) {
  Result<std::unique_ptr<TensorCache>> cache =
      TensorCache::Open(directory, {.limit_bytes = kNoLimitBytes});
  if (!cache) return tl::unexpected(cache.error());
  cache_ = std::move(*cache);
  contents_.cache = cache_.get();
  contents_.cache_directory = directory;
  return {};
}

}  // namespace tensorfs
