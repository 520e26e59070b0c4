// SPDX-License-Identifier: MIT
#include <poll.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <optional>
#include <string>

#include "cache/store_dir.h"
#include "cache/unique_fd.h"
#include "fs/mount_table.h"
#include "tools/commands.h"
#include "tools/control_client.h"
#include "tools/paths.h"
#include "tools/unmount.h"

namespace tensorfs {
namespace {

constexpr int kDaemonEndTimeoutMs = 30'000;

// The process that serves a mount. It ends by itself when the mount has gone.
class Daemon {
 public:
  // Finds none where the mount is dead or will not tell.
  static Daemon Of(const std::string& mountpoint) {
    const Result<std::string> socket = FindControlSocket(mountpoint);
    if (!socket) return Daemon(0);
    const Result<int> owner = StoreOwner(std::filesystem::path(*socket).parent_path().string());
    return Daemon(owner.value_or(0));
  }

  Result<void> WaitForEnd() const {
    if (!handle_.valid()) return {};
    pollfd end = {handle_.get(), POLLIN, 0};
    int ended = 0;
    while ((ended = poll(&end, 1, kDaemonEndTimeoutMs)) < 0 && errno == EINTR) {
    }
    if (ended > 0) return {};
    return Fail(ErrorCode::kBusy, "unmounted, but process " + std::to_string(pid_) +
                                      ", which served the mount, has not ended yet");
  }

 private:
  explicit Daemon(int pid)
      : pid_(pid), handle_(pid > 0 ? static_cast<int>(syscall(SYS_pidfd_open, pid, 0)) : -1) {}

  int pid_;
  UniqueFd handle_;
};

}  // namespace

Result<void> Run(const UmountCommand& command, std::ostream&, std::ostream&) {
  const Result<std::string> mountpoint = ResolveMountpoint(command.mountpoint);
  if (!mountpoint) return tl::unexpected(mountpoint.error());
  const std::optional<MountEntry> mount = FindMount(*mountpoint);
  if (!mount || mount->type != kMountType) {
    return Fail(ErrorCode::kInvalidArgument, command.mountpoint + ": not a tensorfs mountpoint");
  }
  // A mount that this process stood in would be busy.
  if (chdir("/") != 0) return Fail(ErrorCode::kIo, std::string("/: ") + std::strerror(errno));
  if (command.lazy) return Unmount(*mountpoint, UnmountMode::kLazy);
  const Daemon daemon = Daemon::Of(*mountpoint);
  if (auto done = Unmount(*mountpoint, UnmountMode::kNormal); !done) return done;
  return daemon.WaitForEnd();
}

}  // namespace tensorfs
