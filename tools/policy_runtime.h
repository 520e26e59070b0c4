// SPDX-License-Identifier: MIT
// A mount's policy at work: makes it of its parts, measures what the forms cost before it plans
// (or takes that from a profile, or from the store's directory, where it is saved), and moves
// samples while the machine is idle. Probes what the source's device gives when the policy doubts
// what it believes. Owns three threads. Thread-safe.
#ifndef TENSORFS_TOOLS_POLICY_RUNTIME_H_
#define TENSORFS_TOOLS_POLICY_RUNTIME_H_

#include <memory>
#include <optional>
#include <thread>
#include <vector>

#include "cache/sample_store.h"
#include "cache/tensor_cache.h"
#include "fs/sample_fs.h"
#include "policy/background_mover.h"
#include "policy/cost_model.h"
#include "policy/device_meters.h"
#include "policy/form_policy.h"
#include "policy/migration_share.h"
#include "policy/migrator.h"
#include "policy/observer.h"
#include "policy/read_stats.h"
#include "tools/command.h"
#include "tools/wake_up.h"

namespace tensorfs {

// What serves the mount, and what is measured of that.
struct ServedMount {
  SampleFs* fs = nullptr;
  const ReadStats* reads = nullptr;
  const DeviceMeters* devices = nullptr;
  const ReadMeter* requests = nullptr;
};

class PolicyRuntime {
 public:
  // All must outlive it; `cache` may be null.
  PolicyRuntime(const MountCommand& command, const ServedMount& served, SampleStore* store,
                TensorCache* cache, Migrator* migrator, MigrationShare* share);
  // Saves what was learned.
  ~PolicyRuntime();

  FormPolicy* policy() { return &policy_; }

 private:
  FormPolicy::Parts PartsFor(const MountCommand& command, const ServedMount& served,
                             SampleStore* store, TensorCache* cache, Migrator* migrator,
                             MigrationShare* share);
  std::optional<BackgroundMover::Target> NextMove();
  Result<bool> Move(const BackgroundMover::Target& target);
  void Measure(const std::stop_token& stop);
  bool MeasureForms(const std::stop_token& stop);
  void ProbeDevice(const std::stop_token& stop);
  void Save() const;

  const MountCommand& command_;
  SampleFs* const fs_;
  const DeviceMeters* const devices_;
  Migrator* const migrator_;
  CostModel model_;
  Observer observer_;
  std::vector<FormPolicy::Move> moves_;  // the best one last; of the mover's thread
  FormPolicy policy_;
  BackgroundMover mover_;
  WakeUp doubt_;
  std::jthread measuring_;  // last, so that it ends first
};

}  // namespace tensorfs

#endif  // TENSORFS_TOOLS_POLICY_RUNTIME_H_
