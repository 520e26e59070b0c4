// SPDX-License-Identifier: MIT
#include "fs/fuse_init.h"

#include <sys/utsname.h>

#include <filesystem>
#include <fstream>
#include <optional>
#include <sstream>
#include <string>

#include "fs/mount_table.h"

namespace tensorfs {
namespace {

// The largest READ that libfuse lets the kernel send. Read-ahead of this size brings a whole tensor
// with one request.
constexpr unsigned kReadAheadBytes = 1 << 20;

// Readers of many small files wait for no more than this many read-ahead requests.
constexpr unsigned kMaxBackgroundRequests = 64;

std::string KernelRelease() {
  utsname names = {};
  uname(&names);
  return names.release;
}

// Writes the mount's read_ahead_kb, which needs root. Returns whether it took.
bool RaiseReadAhead(const std::string& mountpoint) {
  const std::optional<MountEntry> mount = FindMount(mountpoint);
  if (!mount) return false;
  std::ofstream setting("/sys/class/bdi/" + mount->device + "/read_ahead_kb");
  setting << kReadAheadBytes / 1024 << std::flush;
  return setting.good();
}

// Asks for a capability if the kernel has it, and notes that.
void Use(fuse_conn_info& connection, unsigned capability, const char* name,
         KernelFeatures& features) {
  if ((connection.capable & capability) == 0) return;
  connection.want |= capability;
  features.used.emplace_back(name);
}

}  // namespace

void InitConnection(FuseContext& context, fuse_conn_info& connection) {
  KernelFeatures features;
  features.libfuse_version = fuse_pkgversion();
  features.kernel_version = KernelRelease();

  Use(connection, FUSE_CAP_ASYNC_READ, "async-read", features);
  Use(connection, FUSE_CAP_AUTO_INVAL_DATA, "auto-inval-data", features);
  Use(connection, FUSE_CAP_PARALLEL_DIROPS, "parallel-dirops", features);
  Use(connection, FUSE_CAP_CACHE_SYMLINKS, "cache-symlinks", features);
  Use(connection, FUSE_CAP_READDIRPLUS, "readdirplus", features);
  Use(connection, FUSE_CAP_READDIRPLUS_AUTO, "readdirplus-auto", features);
  const bool keeps_pages =
      context.options.io == IoMode::kBuffered && context.options.page_cache != PageCacheMode::kOff;
  if (keeps_pages && (connection.capable & FUSE_CAP_NO_OPEN_SUPPORT) != 0) {
    features.used.emplace_back("no-open");
  }
  if (context.options.io == IoMode::kDirect) features.used.emplace_back("direct-io");

  // The kernel takes the smaller of this and the mount's read_ahead_kb, so both are raised, here,
  // before the reply to INIT makes it look.
  const bool raised = RaiseReadAhead(context.mountpoint);
  if (raised) connection.max_readahead = kReadAheadBytes;
  features.used.push_back("read_ahead_kb=" + std::to_string(raised
                                                                ? kReadAheadBytes / 1024
                                                                : connection.max_readahead / 1024));
  connection.max_background = kMaxBackgroundRequests;

  std::lock_guard lock(context.features_mutex);
  context.features = std::move(features);
}

}  // namespace tensorfs
