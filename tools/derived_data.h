// SPDX-License-Identifier: MIT
// Opens and owns what a mount derives from its source: the sample store, the tensor cache and the
// migrator between forms, and the policy. A thread of its own logs what goes wrong with them, once
// for each condition, and drops what is kept of samples that are gone. Thread-safe from when Open
// has returned.
#ifndef TENSORFS_TOOLS_DERIVED_DATA_H_
#define TENSORFS_TOOLS_DERIVED_DATA_H_

#include <condition_variable>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>

#include "cache/sample_store.h"
#include "cache/tensor_cache.h"
#include "codec/result.h"
#include "fs/derived.h"
#include "policy/migration_share.h"
#include "policy/migrator.h"
#include "tools/command.h"
#include "tools/policy_runtime.h"

namespace tensorfs {

class DerivedData {
 public:
  // Returns when all is open, or after a short while: opening takes about a second for a million
  // samples, and a mount does not wait for that. Until then reads go to the source.
  // REQUIRES: PrepareMount made `command`; this process holds the lock of its store. All arguments
  // outlive this, but `view`'s filesystem reads no more when this goes. Errors, of what failed in
  // that while: those of SampleStore::Open and TensorCache::Open, naming the directory, but for kIo
  // (a full disk): that, and whatever fails later, is logged, and the mount does without.
  static Result<std::unique_ptr<DerivedData>> Open(const MountCommand& command,
                                                   const ServedMount& served, DerivedView* view);
  ~DerivedData();

  // All are null while they are being opened, or if that failed; cache() also without one.
  SampleStore* store() const { return view_->Now().store; }
  TensorCache* cache() const { return view_->Now().cache; }
  Migrator* migrator() const { return view_->Now().migrator; }
  FormPolicy* policy() const { return view_->Now().policy; }

  // The part of the machine that moves may use; not limited by the disk until somebody tells its
  // bandwidth. Always there.
  MigrationShare* share() { return &share_; }

  // Why there is no store yet, or none at all; empty if there is one.
  std::string condition() const;

  // Waits, up to a minute, until all is open. Errors: kBusy if it still is not; those of Open.
  Result<void> WaitUntilOpen() const;

 private:
  DerivedData(const MountCommand* command, const ServedMount& served, DerivedView* view);
  void Run(const std::stop_token& stop);
  Result<void> OpenAll();
  Result<void> OpenStore();
  Result<void> OpenCache();
  void Watch(const std::stop_token& stop) const;

  const MountCommand* const command_;
  const ServedMount served_;
  DerivedView* const view_;
  MigrationShare share_;
  std::unique_ptr<SampleStore> store_;
  std::unique_ptr<TensorCache> cache_;
  std::unique_ptr<Migrator> migrator_;  // ends before the store
  std::unique_ptr<PolicyRuntime> policy_;
  Derived derived_;  // published when all are open

  mutable std::mutex mutex_;  // guards opened_
  mutable std::condition_variable is_opened_;
  std::optional<Result<void>> opened_;
  std::jthread thread_;  // opens, then watches; ends first
};

// The limit where the user gives none: half of what is free on the directory's disk, beside what
// the directory holds already.
uint64_t DefaultLimitBytes(const std::string& directory);

}  // namespace tensorfs

#endif  // TENSORFS_TOOLS_DERIVED_DATA_H_
