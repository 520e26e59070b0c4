// SPDX-License-Identifier: MIT
#include "tools/serve_mount.h"

#include <spdlog/spdlog.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <filesystem>
#include <iterator>
#include <memory>
#include <string>
#include <thread>
#include <utility>

#include "cache/store_dir.h"
#include "fs/fuse_server.h"
#include "fs/printable.h"
#include "fs/sample_fs.h"
#include "policy/device_meters.h"
#include "policy/read_meter.h"
#include "policy/read_stats.h"
#include "tools/allocator.h"
#include "tools/block_signals.h"
#include "tools/cache_routes.h"
#include "tools/control_server.h"
#include "tools/derived_data.h"
#include "tools/job.h"
#include "tools/log.h"
#include "tools/materialize_routes.h"
#include "tools/notify.h"
#include "tools/policy_routes.h"
#include "tools/status.h"
#include "tools/stored_forms.h"

namespace tensorfs {
namespace {

Result<void> StartLog(const DaemonOptions& daemon) {
  if (!daemon.log_file.empty()) return LogToFile(daemon.log_file, daemon.log_level);
  if (!daemon.foreground) {
    return LogToBoundedFile(daemon.store + "/tensorfs.log", daemon.log_level);
  }
  LogToStderr(daemon.log_level);
  return {};
}

MountInfo Describe(const MountCommand& command) {
  return {.source = command.source,
          .mountpoint = command.mountpoint,
          .store = command.daemon.store,
          .pipeline = command.view.pipeline.ToString(),
          .present = std::string(NameOf(command.view.format)),
          .policy = command.keep.policy.empty() ? "adaptive" : command.keep.policy,
          .cache = command.keep.cache};
}

struct ControlServers {
  std::unique_ptr<ControlServer> socket;
  std::unique_ptr<ControlServer> metrics;  // null if not asked for
};

Result<ControlServers> StartControl(const DaemonOptions& daemon, const StatusSource& status,
                                    std::vector<ControlRoute> routes) {
  ControlServers servers;
  Result<std::unique_ptr<ControlServer>> socket =
      ControlServer::Start(daemon.store, status, std::move(routes));
  if (!socket) return tl::unexpected(socket.error());
  servers.socket = std::move(*socket);
  if (!daemon.metrics) return servers;
  Result<std::unique_ptr<ControlServer>> metrics =
      ControlServer::StartMetrics(*daemon.metrics, status);
  if (!metrics) return tl::unexpected(metrics.error());
  servers.metrics = std::move(*metrics);
  spdlog::info("metrics at {}:{}", daemon.metrics->host, servers.metrics->port());
  return servers;
}

// The first answer comes when the loop runs, so waiting for it needs a thread of its own.
std::jthread AnnounceFirstAnswer(const std::string& mountpoint,
                                 const std::function<void()>& on_ready) {
  const BlockSignals block;
  return std::jthread([mountpoint, on_ready] {
    struct stat root;
    if (stat(mountpoint.c_str(), &root) != 0) return;
    NotifyServiceManager("READY=1\nMAINPID=" + std::to_string(getpid()));
    on_ready();
  });
}

// What the mount serves from.
struct Parts {
  SampleFs* fs;
  DerivedData* derived;
  const ReadStats* stats;
};

MountStatus StatusOf(const MountCommand& command, const Parts& parts, const FuseServer& server) {
  MountStatus status{.mount = Describe(command),
                     .reads = parts.stats->Snapshot(),
                     .memory = parts.fs->Memory(),
                     .kernel = server.Features(),
                     .store = {},
                     .cache = {},
                     .migrator = {},
                     .forms = {},
                     .policy = {}};
  const DerivedData& derived = *parts.derived;
  status.store.condition = parts.derived->condition();
  if (derived.store() != nullptr) status.store = derived.store()->Stats();
  if (derived.cache() != nullptr) status.cache = derived.cache()->Stats();
  if (derived.migrator() != nullptr) status.migrator = derived.migrator()->Stats();
  status.forms = CountForms(status.store, command.view.pipeline);
  if (derived.policy() != nullptr) status.policy = derived.policy()->Report();
  return status;
}

Result<PolicyControl*> WaitForPolicy(const DerivedData& derived) {
  return derived.WaitUntilOpen().map([&]() -> PolicyControl* { return derived.policy(); });
}

Result<void> ServeUntilEnd(const MountCommand& command, const Parts& parts,
                           const std::function<void()>& on_ready) {
  std::jthread announcer;  // outlives the server: it waits for the mount to answer or to go
  Result<std::unique_ptr<FuseServer>> server =
      FuseServer::Mount(parts.fs, command.source, command.mountpoint, command.kernel);
  if (!server) return tl::unexpected(server.error());
  const StatusSource status = [&] { return StatusOf(command, parts, **server); };
  Job job;
  std::vector<ControlRoute> routes =
      MaterializeRoutes(&command.view.pipeline, parts.fs, parts.derived, &job);
  std::ranges::move(CacheRoutes(&command, parts.fs, parts.derived, &job),
                    std::back_inserter(routes));
  const PolicySource policy = [&] { return WaitForPolicy(*parts.derived); };
  std::ranges::move(PolicyRoutes(&command, parts.fs, policy), std::back_inserter(routes));
  const Result<ControlServers> control = StartControl(command.daemon, status, std::move(routes));
  if (!control) return tl::unexpected(control.error());
  spdlog::info("mounted {} on {} as {}: {}", Printable(command.source),
               Printable(command.mountpoint), NameOf(command.view.format),
               command.view.pipeline.ToString());
  announcer = AnnounceFirstAnswer(command.mountpoint, on_ready);
  Result<void> served = (*server)->Serve();
  NotifyServiceManager("STOPPING=1");
  return served;
}

Result<void> ServeFrom(const StoreDir& store, const MountCommand& command,
                       const std::function<void()>& on_ready) {
  if (auto log = StartLog(command.daemon); !log) return log;
  ViewOptions shown = command.view;
  shown.root_xattrs[kControlXattr] = store.path() + "/" + kControlSocketName;
  ReadStats stats;
  const DeviceMeters devices(command.source, store.path(), command.keep.cache);
  ReadMeter requests;
  ServeOptions serve = command.serve;
  serve.source_trust_s = command.kernel.attr_timeout_s;  // as long as the kernel does
  serve.meters = {.source = devices.source(),
                  .store = devices.store(),
                  .cache = devices.cache(),
                  .requests = &requests};
  DerivedView view;
  const Result<std::unique_ptr<SampleFs>> fs =
      SampleFs::Create(command.source, std::move(shown), serve, &stats, &view);
  if (!fs) return tl::unexpected(fs.error());
  const ServedMount mount{
      .fs = fs->get(), .reads = &stats, .devices = &devices, .requests = &requests};
  const Result<std::unique_ptr<DerivedData>> derived = DerivedData::Open(command, mount, &view);
  if (!derived) return tl::unexpected(derived.error());
  Result<void> served = ServeUntilEnd(command, {fs->get(), derived->get(), &stats}, on_ready);
  if (served) {
    spdlog::info("unmounted {}", Printable(command.mountpoint));
  } else {
    spdlog::error("{}", served.error().message);
  }
  return served;
}

}  // namespace

Result<void> ServeMount(const MountCommand& command, const std::function<void()>& on_ready) {
  KeepFreedMemory();
  std::error_code ignored;
  const bool is_new = !std::filesystem::exists(command.daemon.store, ignored);
  const Result<StoreDir> store = StoreDir::Open(command.daemon.store);
  if (!store) return tl::unexpected(store.error());
  std::atomic<bool> was_ready = false;
  Result<void> served = ServeFrom(*store, command, [&] {
    was_ready = true;
    on_ready();
  });
  // A mount that never was leaves nothing.
  if (!served && is_new && !was_ready) std::filesystem::remove_all(store->path(), ignored);
  return served;
}

}  // namespace tensorfs
