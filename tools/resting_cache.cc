// SPDX-License-Identifier: MIT
#include "tools/resting_cache.h"

#include <filesystem>
#include <system_error>
#include <utility>

#include "cache/cache_space.h"
#include "tools/paths.h"

namespace tensorfs {
namespace {

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

Result<RestingCache> RefuseDamage(Result<RestingCache> opened) {
  if (!opened || opened->contents().damage.empty()) return opened;
  return Fail(ErrorCode::kCorrupt, opened->contents().damage.front() +
                                       "; it is damaged, and only a mount starts it over");
}

}  // namespace

Result<RestingCache> RestingCache::OpenToRead(const std::string& directory) {
  return RefuseDamage(Open(directory, Access::kRead));
}

Result<RestingCache> RestingCache::OpenWhatIsSound(const std::string& directory) {
  return Open(directory, Access::kRead);
}

Result<RestingCache> RestingCache::OpenToEvict(const std::string& directory) {
  if (const auto sound = OpenToRead(directory); !sound) return tl::unexpected(sound.error());
  return RefuseDamage(Open(directory, Access::kEvict));
}

Result<RestingCache> RestingCache::Open(const std::string& directory, Access access) {
  const Result<std::string> path = ResolvePath(directory);
  if (!path) return tl::unexpected(path.error());
  RestingCache resting;
  resting.contents_.at_rest = true;
  resting.contents_.stages = {"source"};
  Result<void> opened;
  if (HoldsStore(*path)) {
    opened = resting.OpenStore(*path, access);
    if (opened && HoldsCache(*path + "/cache")) {
      opened = resting.OpenCache(*path + "/cache", access);
    }
  } else if (HoldsCache(*path)) {
    opened = resting.OpenCache(*path, access);
  } else {
    opened =
        Fail(ErrorCode::kInvalidArgument,
             directory + ": neither a tensorfs mountpoint nor a directory of a store or a cache");
  }
  if (!opened) return tl::unexpected(Explain(opened.error()));
  return resting;
}

Result<void> RestingCache::OpenStore(const std::string& directory, Access access) {
  Result<StoreDir> lock =
      access == Access::kRead ? StoreDir::OpenToRead(directory) : StoreDir::Open(directory);
  if (!lock) return tl::unexpected(lock.error());
  lock_ = std::move(*lock);
  contents_.store_directory = directory;
  auto store = SampleStore::Open(directory, {.access = access});
  if (!store) return NoteDamage(store.error());
  store_ = std::move(*store);
  contents_.store = store_.get();
  return {};
}

Result<void> RestingCache::OpenCache(const std::string& directory, Access access) {
  contents_.cache_directory = directory;
  auto cache = TensorCache::Open(directory, {.limit_bytes = kSmallestCacheLimit, .access = access});
  if (!cache) return NoteDamage(cache.error());
  cache_ = std::move(*cache);
  contents_.cache = cache_.get();
  return {};
}

// An error that tells of something else is returned.
Result<void> RestingCache::NoteDamage(const Error& error) {
  if (error.code != ErrorCode::kCorrupt && error.code != ErrorCode::kNotFound) {
    return tl::unexpected(error);
  }
  contents_.damage.push_back(error.message);
  return {};
}

}  // namespace tensorfs
