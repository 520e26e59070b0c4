// SPDX-License-Identifier: MIT
#include "tools/fuse_access.h"

#include <sys/utsname.h>
#include <unistd.h>

#include <cstdlib>
#include <fstream>
#include <sstream>

namespace tensorfs {
namespace {

constexpr const char* kDevice = "/dev/fuse";

bool IsInPath(const std::string& program) {
  const char* path = std::getenv("PATH");
  std::istringstream directories(path != nullptr ? path : "/usr/bin:/bin");
  for (std::string directory; std::getline(directories, directory, ':');) {
    if (access((directory + "/" + program).c_str(), X_OK) == 0) return true;
  }
  return false;
}

bool IsRoot() { return geteuid() == 0; }

bool AllowOtherForUsers() {
  std::ifstream configuration("/etc/fuse.conf");
  for (std::string line; std::getline(configuration, line);) {
    if (line == "user_allow_other") return true;
  }
  return false;
}

std::string KernelRelease() {
  utsname names = {};
  uname(&names);
  return std::string(names.sysname) + " " + names.release;
}

}  // namespace

Result<void> CheckFuseAccess() {
  if (access(kDevice, F_OK) != 0) {
    return Fail(ErrorCode::kNotFound,
                "/dev/fuse: not found; load the kernel's module (modprobe fuse) or, in a "
                "container, start it with --device /dev/fuse --cap-add SYS_ADMIN");
  }
  if (access(kDevice, R_OK | W_OK) != 0) {
    return Fail(ErrorCode::kPermission,
                "/dev/fuse: this user may not open it; as root: chmod 666 /dev/fuse");
  }
  if (!IsRoot() && !IsInPath("fusermount3")) {
    return Fail(ErrorCode::kNotFound,
                "fusermount3: not found, and only root mounts without it; install the package "
                "fuse3 (apt-get install fuse3)");
  }
  return {};
}

std::vector<std::pair<std::string, std::string>> DescribeFuseAccess() {
  const Result<void> can_mount = CheckFuseAccess();
  const char* how = IsRoot() ? "yes, as root" : "yes, through fusermount3";
  const char* allow_other = IsRoot() ? "yes"
                            : AllowOtherForUsers()
                                ? "yes, by user_allow_other in /etc/fuse.conf"
                                : "no: user_allow_other is not in /etc/fuse.conf";
  return {
      {"kernel", KernelRelease()},
      {"can mount", can_mount ? how : "no: " + can_mount.error().message},
      {"allow_other", allow_other},
      {"read-ahead",
       IsRoot() ? "1024 KiB: one request for most tensors" : "128 KiB: only root can raise it"},
  };
}

}  // namespace tensorfs
