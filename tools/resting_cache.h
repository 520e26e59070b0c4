// SPDX-License-Identifier: MIT
// A sample store or a tensor cache that no mount uses now, opened for a tool under the directory's
// own lock. What is damaged is told, never started over: only a mount, which can make all of it
// again, does that. Not thread-safe; what it hands out is.
#ifndef TENSORFS_TOOLS_RESTING_CACHE_H_
#define TENSORFS_TOOLS_RESTING_CACHE_H_

#include <memory>
#include <optional>
#include <string>

#include "cache/access.h"
#include "cache/sample_store.h"
#include "cache/store_dir.h"
#include "cache/tensor_cache.h"
#include "codec/result.h"
#include "tools/derived_contents.h"

namespace tensorfs {

class RestingCache {
 public:
  // A cache's directory, or a store's with what it holds, which may include a cache. No byte of it
  // is written. Errors: kInvalidArgument if it is neither; kBusy, naming the process that uses it;
  // kCorrupt; kNotFound, kPermission, kIo.
  static Result<RestingCache> OpenToRead(const std::string& directory);

  // The same, but a store or a cache that is damaged is left out; contents().damage tells of it.
  static Result<RestingCache> OpenWhatIsSound(const std::string& directory);

  // To drop entries. Nothing is written unless all of it can be read. Errors: as OpenToRead.
  static Result<RestingCache> OpenToEvict(const std::string& directory);

  const DerivedContents& contents() const { return contents_; }

 private:
  RestingCache() = default;
  static Result<RestingCache> Open(const std::string& directory, Access access);
  Result<void> OpenStore(const std::string& directory, Access access);
  Result<void> OpenCache(const std::string& directory, Access access);
  Result<void> NoteDamage(const Error& error);

  std::optional<StoreDir> lock_;  // of the store; a cache has its own
  std::unique_ptr<SampleStore> store_;
  std::unique_ptr<TensorCache> cache_;
  DerivedContents contents_;
};

}  // namespace tensorfs

#endif  // TENSORFS_TOOLS_RESTING_CACHE_H_
