// SPDX-License-Identifier: MIT
#include "tools/unmount.h"

#include <sys/mount.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <vector>

#include "tools/mount_users.h"
#include "tools/run_program.h"

namespace tensorfs {
namespace {

tl::unexpected<Error> FailBusy(const std::string& mountpoint) {
  std::string message = mountpoint + ": busy";
  const char* separator = ": in use by ";
  for (const std::string& user : FindMountUsers(mountpoint)) {
    message += separator + user;
    separator = ", ";
  }
  return Fail(ErrorCode::kBusy, message + " (--lazy detaches it all the same)");
}

Result<void> UnmountAsRoot(const std::string& mountpoint, UnmountMode mode) {
  const int lazy = mode == UnmountMode::kLazy ? MNT_DETACH : 0;
  if (umount2(mountpoint.c_str(), UMOUNT_NOFOLLOW | lazy) == 0) return {};
  if (errno == EBUSY) return FailBusy(mountpoint);
  return Fail(errno == EPERM ? ErrorCode::kPermission : ErrorCode::kIo,
              mountpoint + ": " + std::strerror(errno));
}

Result<void> UnmountAsUser(const std::string& mountpoint, UnmountMode mode) {
  std::vector<std::string> command = {"fusermount3", "-u"};
  if (mode == UnmountMode::kLazy) command.emplace_back("-z");
  command.insert(command.end(), {"--", mountpoint});
  Result<void> done = RunProgram(command);
  if (done) return done;
  if (done.error().code == ErrorCode::kNotFound) {
    return Fail(ErrorCode::kNotFound, "fusermount3: not found; install the package fuse3");
  }
  // It speaks the user's language, but ends with the system's own words.
  if (done.error().message.ends_with(std::strerror(EBUSY))) return FailBusy(mountpoint);
  return done;
}

}  // namespace

Result<void> Unmount(const std::string& mountpoint, UnmountMode mode) {
  return geteuid() == 0 ? UnmountAsRoot(mountpoint, mode) : UnmountAsUser(mountpoint, mode);
}

}  // namespace tensorfs
