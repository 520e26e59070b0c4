// SPDX-License-Identifier: MIT
#include "tools/prepare_mount.h"

#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <optional>
#include <string>
#include <utility>

#include "fs/mount_table.h"
#include "tools/control_client.h"
#include "tools/fuse_access.h"
#include "tools/paths.h"
#include "tools/pipeline_file.h"
#include "tools/profile/profile_costs.h"
#include "tools/unmount.h"

namespace tensorfs {
namespace {

tl::unexpected<Error> Refuse(const std::string& path, const std::string& cause) {
  return Fail(ErrorCode::kInvalidArgument, path + ": " + cause);
}

Result<void> CheckDirectory(const std::string& path) {
  struct stat attributes;
  if (stat(path.c_str(), &attributes) != 0) return Refuse(path, std::strerror(errno));
  if (!S_ISDIR(attributes.st_mode)) return Refuse(path, "not a directory");
  return {};
}

Result<std::string> ResolveSource(const std::string& path) {
  Result<std::string> source = ResolvePath(path);
  if (!source) return source;
  if (auto checked = CheckDirectory(*source); !checked) return tl::unexpected(checked.error());
  if (access(source->c_str(), R_OK | X_OK) != 0) return Refuse(path, std::strerror(errno));
  return source;
}

// A tensorfs already there is in the way; one whose daemon died is taken away.
Result<void> MakeWay(const std::string& mountpoint, std::ostream& notes) {
  const std::optional<MountEntry> mount = FindMount(mountpoint);
  if (!mount || mount->type != kMountType) return {};
  if (!IsDeadMount(mountpoint)) {
    return Fail(ErrorCode::kBusy, mountpoint + ": a tensorfs of " + mount->source +
                                      " is mounted here already; `tensorfs umount " + mountpoint +
                                      "` takes it away");
  }
  if (auto done = Unmount(mountpoint, UnmountMode::kLazy); !done) return done;
  notes << "tensorfs: " << mountpoint << ": took away a mount whose daemon had died\n";
  return {};
}

// As IsWithin, where the directory need not exist yet.
bool WillBeWithin(const std::string& path, const std::string& directory) {
  return path == directory || path.starts_with(directory + "/") || IsWithin(path, directory);
}

Result<void> CheckPlaces(const MountCommand& command) {
  const std::string& source = command.source;
  const std::string& mountpoint = command.mountpoint;
  const std::string& store = command.daemon.store;
  const std::string& log_file = command.daemon.log_file;
  const std::string& cache = command.keep.cache;
  if (IsWithin(mountpoint, source) && IsWithin(source, mountpoint)) {
    return Refuse(mountpoint, "is the source itself; mount on another directory");
  }
  if (IsWithin(mountpoint, source)) {
    return Refuse(mountpoint, "is inside the source " + source);
  }
  if (IsWithin(source, mountpoint)) {
    return Refuse(mountpoint, "would hide the source " + source + ", which is inside");
  }
  if (IsWithin(store, source)) {
    return Refuse(store, "the store would be inside the source, which is never written");
  }
  if (IsWithin(store, mountpoint)) return Refuse(store, "the store would be inside the mountpoint");
  if (IsWithin(mountpoint, store)) return Refuse(mountpoint, "is inside the store " + store);
  if (!cache.empty()) {
    if (IsWithin(cache, source)) {
      return Refuse(cache, "the cache would be inside the source, which is never written");
    }
    if (IsWithin(cache, mountpoint)) {
      return Refuse(cache, "the cache would be inside the mountpoint");
    }
    if (IsWithin(mountpoint, cache)) return Refuse(mountpoint, "is inside the cache " + cache);
    if (WillBeWithin(store, cache) && WillBeWithin(cache, store)) {
      return Refuse(cache, "is the store itself; give the cache a directory of its own");
    }
    if (WillBeWithin(store, cache)) {
      return Refuse(store, "the store would be inside the cache, and count as a part of it");
    }
  }
  if (log_file.empty()) return {};
  if (IsWithin(log_file, source)) {
    return Refuse(log_file, "the log would be inside the source, which is never written");
  }
  if (IsWithin(log_file, mountpoint)) {
    return Refuse(log_file, "the log would be inside the mountpoint");
  }
  return {};
}

Result<void> LoadPipeline(MountCommand* command) {
  if (command->pipeline_file.empty()) return {};
  Result<Pipeline> pipeline = LoadPipelineFile(command->pipeline_file);
  if (!pipeline) return tl::unexpected(pipeline.error());
  const Result<void> presentable = CheckPresentable(command->view.format, *pipeline);
  if (!presentable) return Fail(command->pipeline_file, presentable.error());
  const Result<PolicyChoice> choice = ParsePolicy(command->keep.policy, *pipeline);
  if (!choice) return tl::unexpected(choice.error());
  command->keep.choice = *choice;
  command->view.pipeline = std::move(*pipeline);
  return {};
}

Result<void> ResolvePaths(MountCommand* command, std::ostream& notes) {
  Result<std::string> source = ResolveSource(command->source);
  if (!source) return tl::unexpected(source.error());
  Result<std::string> mountpoint = ResolveMountpoint(command->mountpoint);
  if (!mountpoint) return tl::unexpected(mountpoint.error());
  if (auto free = MakeWay(*mountpoint, notes); !free) return free;
  if (auto checked = CheckDirectory(*mountpoint); !checked) return checked;
  Result<std::string> store = command->daemon.store.empty()
                                  ? DefaultStorePath(*source, *mountpoint)
                                  : ResolveFuturePath(command->daemon.store);
  if (!store) return tl::unexpected(store.error());
  command->source = std::move(*source);
  command->mountpoint = std::move(*mountpoint);
  command->daemon.store = std::move(*store);
  KeepOptions& keep = command->keep;
  if (!keep.cache.empty()) keep.cache = ResolveFuturePath(keep.cache);
  if (keep.cache.empty() && keep.cache_limit_bytes > 0)
    keep.cache = command->daemon.store + "/cache";
  if (!command->daemon.log_file.empty()) {
    command->daemon.log_file = ResolveFuturePath(command->daemon.log_file);
  }
  return {};
}

// REQUIRES: the pipeline is known.
Result<void> TakeProfile(MountCommand* command, std::ostream& notes) {
  KeepOptions& keep = command->keep;
  if (keep.profile.file.empty()) return {};
  if (keep.choice.mode != PolicyMode::kAdaptive) {
    return Fail(ErrorCode::kInvalidArgument,
                "--profile: is for --policy adaptive, and this mount has --policy " + keep.policy);
  }
  Result<std::string> costs = LoadProfiledCosts(keep.profile.file, command->view.pipeline, notes);
  if (!costs) return tl::unexpected(costs.error());
  keep.profile.costs = *std::move(costs);
  return {};
}

}  // namespace

Result<MountCommand> PrepareMount(MountCommand command, std::ostream& notes) {
  Result<void> checked = LoadPipeline(&command);
  if (checked) checked = TakeProfile(&command, notes);
  if (checked) checked = ResolvePaths(&command, notes);
  if (checked) checked = CheckPlaces(command);
  if (checked) checked = CheckFuseAccess();
  if (!checked) return tl::unexpected(checked.error());
  return command;
}

}  // namespace tensorfs
