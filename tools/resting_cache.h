// SPDX-License-Identifier: MIT
// A sample store or a tensor cache that no mount uses now, opened for a tool under the directory's
// own lock. Opening does what a mount's would: a catalog or a cache that cannot be read is started
// empty, as all of it is derived. Nothing else is dropped, however small the next mount's limits.
// Not thread-safe; what it hands out is.
#ifndef TENSORFS_TOOLS_RESTING_CACHE_H_
#define TENSORFS_TOOLS_RESTING_CACHE_H_

#include <memory>
#include <optional>
#include <string>

#include "cache/sample_store.h"
#include "cache/store_dir.h"
#include "cache/tensor_cache.h"
#include "codec/result.h"
#include "tools/derived_contents.h"

namespace tensorfs {

class RestingCache {
 public:
  // A cache's directory, or a store's with what it holds, which may include a cache.
  // Errors: kInvalidArgument if it is neither; kBusy, naming the process that uses it; kNotFound,
  // kPermission, kIo.
  static Result<RestingCache> Open(const std::string& directory);

  const DerivedContents& contents() const { return contents_; }

 private:
  RestingCache() = default;
  Result<void> OpenStore(const std::string& directory);
  Result<void> OpenCache(const std::string& directory);

  std::optional<StoreDir> lock_;  // of the store; a cache has its own
  std::unique_ptr<SampleStore> store_;
  std::unique_ptr<TensorCache> cache_;
  DerivedContents contents_;
};

}  // namespace tensorfs

#endif  // TENSORFS_TOOLS_RESTING_CACHE_H_
