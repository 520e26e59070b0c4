// SPDX-License-Identifier: MIT
#include "tools/policy_runtime.h"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <chrono>

#include "fs/device_prober.h"
#include "fs/form_prober.h"
#include "fs/printable.h"
#include "policy/candidate_forms.h"
#include "tools/cost_file.h"
#include "tools/pin_file.h"

namespace tensorfs {
namespace {

// How soon a data set without a single readable sample is looked at again.
constexpr std::chrono::seconds kNextAttempt{10};

// What a thread that waits to be called waits at a time.
constexpr std::chrono::seconds kLongestWait{3600};

// Moves that are decided together: what is best changes slowly.
constexpr size_t kMovesAtOnce = 64;

int IndexOf(const DeviceMeters& devices, const ReadMeter* meter) {
  int index = 0;
  for (const DeviceMeters::Device& device : devices.devices()) {
    if (&device.meter == meter) return index;
    ++index;
  }
  return 0;
}

DeviceRoles RolesOf(const DeviceMeters& devices, bool cached) {
  DeviceRoles roles{.source = IndexOf(devices, devices.source()),
                    .store = IndexOf(devices, devices.store()),
                    .cache = {}};
  if (cached) roles.cache = IndexOf(devices, devices.cache());
  return roles;
}

}  // namespace

PolicyRuntime::PolicyRuntime(const MountCommand& command, const ServedMount& served,
                             SampleStore* store, TensorCache* cache, Migrator* migrator,
                             MigrationShare* share)
    : command_(command),
      fs_(served.fs),
      devices_(served.devices),
      migrator_(migrator),
      model_(command.view.pipeline, CandidateForms(command.view.pipeline)),
      observer_(served.devices, served.requests),
      policy_(PartsFor(command, served, store, cache, migrator, share)),
      mover_(
          share, [this] { return NextMove(); },
          [this](const BackgroundMover::Target& target) { return Move(target); }) {
  migrator->SetListener(&policy_);
  LoadPins(command.daemon.store, policy_.pins());
  if (command.keep.choice.mode != PolicyMode::kAdaptive) return;
  measuring_ = std::jthread([this](const std::stop_token& stop) { Measure(stop); });
}

PolicyRuntime::~PolicyRuntime() {
  migrator_->SetListener(nullptr);
  policy_.Stop();  // it tells the mover of plans
  measuring_ = {};
  if (policy_.plans_from_costs()) Save();
}

FormPolicy::Parts PolicyRuntime::PartsFor(const MountCommand& command, const ServedMount& served,
                                          SampleStore* store, TensorCache* cache,
                                          Migrator* migrator, MigrationShare* share) {
  FormPolicy::Parts parts;
  parts.mode = command.keep.choice.mode;
  parts.fixed = command.keep.choice.fixed;
  parts.settings.store_limit_bytes = store->Stats().limit_bytes;
  if (cache != nullptr) parts.settings.cache_limit_bytes = cache->Stats().limit_bytes;
  parts.roles = RolesOf(*served.devices, cache != nullptr);
  parts.model = &model_;
  parts.observer = &observer_;
  parts.migrator = migrator;
  parts.share = share;
  parts.settings.migrate_share = share->limits().share;
  parts.store = store;
  parts.cache = cache;
  parts.reads = served.reads;
  parts.path_of = [fs = served.fs](uint64_t sample) -> std::optional<std::string> {
    const Result<std::string> path = fs->SourcePathOf(sample);
    return path ? std::optional(*path) : std::nullopt;
  };
  parts.is_there = [fs = served.fs](uint64_t sample) {
    const Result<struct stat> attributes = fs->GetAttr(sample);
    return attributes || attributes.error().code != ErrorCode::kNotFound;
  };
  parts.on_misplaced = [this] { mover_.Notify(); };
  parts.on_pause = [this](bool paused) { mover_.Pause(paused); };
  parts.on_doubt = [this] { doubt_.Call(); };
  parts.facts = [fs = served.fs](uint64_t sample) { return fs->FactsOf(sample); };
  return parts;
}

std::optional<BackgroundMover::Target> PolicyRuntime::NextMove() {
  if (moves_.empty()) {
    moves_ = policy_.NextMoves(kMovesAtOnce);
    std::ranges::reverse(moves_);
  }
  while (!moves_.empty()) {
    const FormPolicy::Move move = moves_.back();
    moves_.pop_back();
    if (!policy_.IsStillWanted(move)) continue;
    return BackgroundMover::Target{.sample = move.sample, .form = move.form};
  }
  return std::nullopt;
}

Result<bool> PolicyRuntime::Move(const BackgroundMover::Target& target) {
  Result<bool> moved = fs_->Convert(target.sample, target.form, MoveCause::kInBackground);
  if (moved) {
    policy_.NoteKept(target.sample, target.form);
  } else {
    policy_.NoteMoveFailed(target.sample, moved.error());
  }
  return moved;
}

void PolicyRuntime::Measure(const std::stop_token& stop) {
  if (!MeasureForms(stop)) return;
  ProbeDevice(stop);
  policy_.StartPlanning();
  while (!stop.stop_requested()) {
    if (doubt_.Wait(stop, kLongestWait)) ProbeDevice(stop);
  }
}

// False if told to stop.
bool PolicyRuntime::MeasureForms(const std::stop_token& stop) {
  if (const ProfileOptions& profile = command_.keep.profile; !profile.costs.empty()) {
    const Result<void> restored = model_.Restore(profile.costs);
    if (restored) {
      spdlog::info("the forms' costs are those of {}", Printable(profile.file));
      return true;
    }
    spdlog::error("{}: {}", Printable(profile.file), restored.error().message);
  }
  if (LoadCosts(command_.daemon.store, &model_)) return true;
  while (!stop.stop_requested()) {
    const FormProber::Report report = FormProber(fs_, &model_).Run(stop);
    if (report.measured > 0 && !report.stopped) {
      spdlog::info("measured the forms of {} samples in {:.1f} s of CPU time", report.measured,
                   report.cpu_s);
      Save();
      return true;
    }
    doubt_.Wait(stop, kNextAttempt);
  }
  return false;
}

void PolicyRuntime::ProbeDevice(const std::stop_token& stop) {
  const std::optional<double> found = DeviceProber(fs_, devices_->source()).Run(stop);
  constexpr double kBytesPerMb = 1e6;
  if (found) spdlog::info("the source's device gives {:.0f} MB/s now", *found / kBytesPerMb);
  observer_.NoteProbe(static_cast<size_t>(IndexOf(*devices_, devices_->source())), found);
}

void PolicyRuntime::Save() const {
  const Result<void> saved = SaveCosts(command_.daemon.store, model_);
  if (!saved) spdlog::warn("what was learned of the forms is not kept: {}", saved.error().message);
}

}  // namespace tensorfs
