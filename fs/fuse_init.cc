// SPDX-License-Identifier: MIT
#include "fs/fuse_init.h"

#include <sys/utsname.h>

#include <array>
#include <filesystem>
#include <fstream>
#include <optional>
#include <sstream>
#include <string>
#include <vector>

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

struct Capability {
  unsigned bit;
  const char* name;
};

// What is asked of every kernel that has it.
constexpr std::array<Capability, 6> kWanted = {{
    {FUSE_CAP_ASYNC_READ, "async-read"},
    {FUSE_CAP_AUTO_INVAL_DATA, "auto-inval-data"},
    {FUSE_CAP_PARALLEL_DIROPS, "parallel-dirops"},
    {FUSE_CAP_CACHE_SYMLINKS, "cache-symlinks"},
    {FUSE_CAP_READDIRPLUS, "readdirplus"},
    {FUSE_CAP_READDIRPLUS_AUTO, "readdirplus-auto"},
}};
constexpr const char* kNoOpen = "no-open";
constexpr const char* kNoOpenDir = "no-opendir";
constexpr const char* kDirectIo = "direct-io";

}  // namespace

std::vector<std::string> UsableFeatures() {
  std::vector<std::string> names;
  for (const Capability& wanted : kWanted) names.emplace_back(wanted.name);
  names.insert(names.end(), {kNoOpen, kNoOpenDir, kDirectIo, "read_ahead_kb"});
  return names;
}

void InitConnection(FuseContext& context, fuse_conn_info& connection) {
  KernelFeatures features;
  features.libfuse_version = fuse_pkgversion();
  features.kernel_version = KernelRelease();

  for (const Capability& wanted : kWanted) {
    if ((connection.capable & wanted.bit) == 0) continue;
    connection.want |= wanted.bit;
    features.used.emplace_back(wanted.name);
  }
  const bool keeps_pages =
      context.options.io == IoMode::kBuffered && context.options.page_cache != PageCacheMode::kOff;
  if (keeps_pages && (connection.capable & FUSE_CAP_NO_OPEN_SUPPORT) != 0) {
    features.used.emplace_back(kNoOpen);
  }
  context.opens_directories = (connection.capable & FUSE_CAP_NO_OPENDIR_SUPPORT) == 0;
  if (!context.opens_directories) features.used.emplace_back(kNoOpenDir);
  if (context.options.io == IoMode::kDirect) features.used.emplace_back(kDirectIo);

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
