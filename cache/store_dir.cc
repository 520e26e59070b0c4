// SPDX-License-Identifier: MIT
#include "cache/store_dir.h"

#include <fcntl.h>
#include <sys/stat.h>

#include <cerrno>
#include <charconv>
#include <cinttypes>
#include <cstdio>
#include <filesystem>

#include "cache/io_error.h"
#include "codec/hash.h"

namespace tensorfs {
namespace {

constexpr size_t kReadableNameLength = 32;

std::string LockPath(const std::string& store) { return store + "/lock"; }

// An open file description's lock: unlike flock's it can be asked about without being taken. Of
// the whole file: F_WRLCK for its one owner, F_RDLCK for those who only look.
struct flock LockOf(short type) {
  struct flock lock = {};
  lock.l_type = type;
  lock.l_whence = SEEK_SET;
  return lock;
}

// The process number written in a lock file; 0 if there is none.
int ReadOwner(int fd) {
  char text[16] = {};
  const ssize_t length = pread(fd, text, sizeof(text), 0);
  int owner = 0;
  if (length > 0) std::from_chars(text, text + length, owner);
  return owner;
}

// For people only: on a full disk the lock holds without it.
void WriteOwner(int fd) {
  const std::string text = std::to_string(getpid()) + "\n";
  if (ftruncate(fd, 0) != 0) return;
  [[maybe_unused]] const ssize_t written = pwrite(fd, text.data(), text.size(), 0);
}

Result<void> TakeLock(int fd, short type, const std::string& path) {
  struct flock wanted = LockOf(type);
  if (fcntl(fd, F_OFD_SETLK, &wanted) == 0) return {};
  if (errno != EAGAIN && errno != EACCES) return FailErrno(LockPath(path), errno);
  struct flock owners = LockOf(F_RDLCK);  // is in the way of an owner only
  if (fcntl(fd, F_OFD_GETLK, &owners) == 0 && owners.l_type == F_UNLCK) {
    return Fail(ErrorCode::kBusy, path + ": a `tensorfs cache` command reads it at present");
  }
  return Fail(ErrorCode::kBusy, path + ": is in use by process " + std::to_string(ReadOwner(fd)));
}

Result<void> MakePrivateDirectory(const std::string& path) {
  std::error_code failure;
  const std::filesystem::path parent = std::filesystem::path(path).parent_path();
  if (!parent.empty()) std::filesystem::create_directories(parent, failure);
  if (failure) return FailErrno(parent.string(), failure.value());
  if (mkdir(path.c_str(), 0700) == 0) return {};
  if (errno != EEXIST) return FailErrno(path, errno);
  if (!std::filesystem::is_directory(path, failure)) return FailErrno(path, ENOTDIR);
  return {};
}

}  // namespace

Result<StoreDir> StoreDir::Open(const std::string& path) {
  if (auto made = MakePrivateDirectory(path); !made) return tl::unexpected(made.error());
  const std::string lock_path = LockPath(path);
  UniqueFd lock(open(lock_path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600));
  if (!lock.valid()) return FailErrno(lock_path, errno);
  if (auto taken = TakeLock(lock.get(), F_WRLCK, path); !taken) {
    return tl::unexpected(taken.error());
  }
  WriteOwner(lock.get());
  return StoreDir(path, std::move(lock));
}

Result<StoreDir> StoreDir::OpenToRead(const std::string& path) {
  const std::string lock_path = LockPath(path);
  UniqueFd lock(open(lock_path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW));
  if (!lock.valid() && errno != ENOENT) return FailErrno(lock_path, errno);
  if (!lock.valid()) return StoreDir(path, std::move(lock));
  if (auto taken = TakeLock(lock.get(), F_RDLCK, path); !taken) {
    return tl::unexpected(taken.error());
  }
  return StoreDir(path, std::move(lock));
}

std::string DefaultStoreName(std::string_view source, std::string_view mountpoint) {
  std::string name(mountpoint.substr(mountpoint.rfind('/') + 1, kReadableNameLength));
  for (char& c : name) {
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                       c == '_' || (c == '.' && &c != name.data());
    if (!plain) c = '-';
  }
  // A path holds no NUL, so the joined text tells the two apart.
  std::string both(source);
  both.push_back('\0');
  both.append(mountpoint);
  char hash[17];
  std::snprintf(hash, sizeof(hash), "%016" PRIx64, Hash64(both));
  return name + "-" + hash;
}

Result<int> StoreOwner(const std::string& path) {
  const std::string lock_path = LockPath(path);
  UniqueFd lock(open(lock_path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!lock.valid()) return FailErrno(lock_path, errno);
  struct flock found = LockOf(F_RDLCK);
  if (fcntl(lock.get(), F_OFD_GETLK, &found) != 0) return FailErrno(lock_path, errno);
  if (found.l_type == F_UNLCK) {
    return Fail(ErrorCode::kNotFound, path + ": no process uses this store");
  }
  return ReadOwner(lock.get());
}

}  // namespace tensorfs
