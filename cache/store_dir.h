// SPDX-License-Identifier: MIT
// The directory that holds everything a mount derives or needs beside its source: control socket,
// lock and log. Owned by one process at a time. Movable; not thread-safe.
#ifndef TENSORFS_CACHE_STORE_DIR_H_
#define TENSORFS_CACHE_STORE_DIR_H_

#include <string>
#include <string_view>
#include <utility>

#include "cache/unique_fd.h"
#include "codec/result.h"

namespace tensorfs {

class StoreDir {
 public:
  // Creates the directory (and its parents) for its owner only and locks it until the object goes.
  // Call it in the process that keeps it: the lock names that process.
  // Errors: kBusy, naming the process that has it; kPermission; kIo.
  static Result<StoreDir> Open(const std::string& path);

  // Keeps others from opening it as above until the object goes, but not from reading it. Writes
  // nothing; a directory without a lock file is nobody's. Errors: as above; kNotFound.
  static Result<StoreDir> OpenToRead(const std::string& path);

  const std::string& path() const { return path_; }

 private:
  StoreDir(std::string path, UniqueFd lock) : path_(std::move(path)), lock_(std::move(lock)) {}

  std::string path_;
  UniqueFd lock_;
};

// A name for the store of one mount, the same each time: readable, and unique by a hash of both
// paths. REQUIRES: both are absolute.
std::string DefaultStoreName(std::string_view source, std::string_view mountpoint);

// The process that has the store's lock now. Errors: kNotFound if nobody has; kPermission; kIo.
Result<int> StoreOwner(const std::string& path);

}  // namespace tensorfs

#endif  // TENSORFS_CACHE_STORE_DIR_H_
