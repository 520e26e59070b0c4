// SPDX-License-Identifier: MIT
// Opens and owns what a mount derives from its source: the sample store, the tensor cache and the
// migrator between forms. A thread of its own logs what goes wrong with them, once for each
// condition. Not thread-safe; what it hands out is.
#ifndef TENSORFS_TOOLS_DERIVED_DATA_H_
#define TENSORFS_TOOLS_DERIVED_DATA_H_

#include <memory>
#include <optional>
#include <string>
#include <thread>

#include "cache/sample_store.h"
#include "cache/tensor_cache.h"
#include "codec/result.h"
#include "fs/sample_loader.h"
#include "policy/migrator.h"
#include "tools/command.h"

namespace tensorfs {

class DerivedData {
 public:
  // REQUIRES: PrepareMount made `command`, which outlives this; this process holds the lock of its
  // store. Errors: those of SampleStore::Open and TensorCache::Open, naming the directory.
  static Result<std::unique_ptr<DerivedData>> Open(const MountCommand& command);
  ~DerivedData();

  Derived view() const;

  SampleStore& store() { return *store_; }
  TensorCache* cache() { return cache_.get(); }  // null without one
  Migrator& migrator() { return *migrator_; }

 private:
  DerivedData() = default;
  void WatchConditions(const std::stop_token& stop) const;

  std::optional<Form> target_;
  std::unique_ptr<SampleStore> store_;
  std::unique_ptr<TensorCache> cache_;
  std::unique_ptr<Migrator> migrator_;  // ends before the store
  std::jthread watcher_;                // ends first
};

// The limit where the user gives none: half of what is free on the directory's disk, beside what
// the directory holds already.
uint64_t DefaultLimitBytes(const std::string& directory);

}  // namespace tensorfs

#endif  // TENSORFS_TOOLS_DERIVED_DATA_H_
