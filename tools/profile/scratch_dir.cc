// SPDX-License-Identifier: MIT
#include "tools/profile/scratch_dir.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <system_error>
#include <utility>
#include <vector>

#include "fs/mount_table.h"
#include "tools/paths.h"
#include "tools/unmount.h"

namespace tensorfs {
namespace {

namespace stdfs = std::filesystem;

constexpr const char* kPrefix = "tensorfs-profile-";
constexpr const char* kOwner = "/owner";
constexpr mode_t kOwnerOnly = 0600;

// It has its name only once it is locked, so that nobody takes it for a dead one's.
UniqueFd LockNew(const std::string& directory) {
  const std::string name = directory + kOwner;
  const std::string early = name + ".new";
  UniqueFd lock(open(early.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, kOwnerOnly));
  if (!lock.valid() || flock(lock.get(), LOCK_EX | LOCK_NB) != 0) return UniqueFd();
  return std::rename(early.c_str(), name.c_str()) == 0 ? std::move(lock) : UniqueFd();
}

bool IsOwnDirectory(const std::string& path) {
  struct stat attr;
  return lstat(path.c_str(), &attr) == 0 && S_ISDIR(attr.st_mode) && attr.st_uid == geteuid();
}

// Each is a scratch directory in the stale one, with its mount at "mount". A directory whose mount
// is dead cannot even be looked at; nothing here does.
void UnmountBelow(const std::string& directory) {
  std::error_code ignored;
  for (const auto& entry : stdfs::directory_iterator(directory, ignored)) {
    const std::string mountpoint = entry.path() / "mount";
    if (FindMount(mountpoint)) static_cast<void>(Unmount(mountpoint, UnmountMode::kLazy));
  }
}

void RemoveIfStale(const std::string& path) {
  if (!IsOwnDirectory(path)) return;
  const UniqueFd owner(open((path + kOwner).c_str(), O_RDWR | O_CLOEXEC | O_NOFOLLOW));
  if (!owner.valid() || flock(owner.get(), LOCK_EX | LOCK_NB) != 0) return;
  UnmountBelow(path);
  std::error_code ignored;
  stdfs::remove_all(path, ignored);
}

}  // namespace

Result<ScratchDir> ScratchDir::Make(const std::string& parent) {
  const Result<std::string> resolved = ResolvePath(parent);
  if (!resolved) return tl::unexpected(resolved.error());
  std::string path = *resolved + "/" + kPrefix + "XXXXXX";
  if (mkdtemp(path.data()) == nullptr) {
    return Fail(ErrorCode::kIo, parent + ": " + std::strerror(errno));
  }
  ScratchDir scratch(std::move(path));
  scratch.lock_ = LockNew(scratch.path_);
  if (!scratch.lock_.valid()) {
    return Fail(ErrorCode::kIo, scratch.path_ + kOwner + ": " + std::strerror(errno));
  }
  return scratch;
}

ScratchDir::~ScratchDir() {
  if (path_.empty()) return;
  std::error_code ignored;  // a destructor has nobody to tell
  stdfs::remove_all(path_, ignored);
}

void RemoveStaleScratch(const std::string& parent) {
  std::vector<std::string> found;
  std::error_code ignored;
  for (const auto& entry : stdfs::directory_iterator(parent, ignored)) {
    if (entry.path().filename().string().starts_with(kPrefix)) found.push_back(entry.path());
  }
  for (const std::string& path : found) RemoveIfStale(path);
}

std::string DefaultScratchParent() {
  const char* chosen = std::getenv("TMPDIR");
  return chosen != nullptr && *chosen != '\0' ? chosen : "/var/tmp";
}

}  // namespace tensorfs
