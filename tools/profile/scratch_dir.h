// SPDX-License-Identifier: MIT
// A directory of this process's own that goes, with everything in it, when the object goes; mounts
// in it must have gone before. A lock on a file in it, which the kernel drops with the process,
// says that its owner lives. Movable; not thread-safe.
#ifndef TENSORFS_TOOLS_PROFILE_SCRATCH_DIR_H_
#define TENSORFS_TOOLS_PROFILE_SCRATCH_DIR_H_

#include <string>
#include <utility>

#include "cache/unique_fd.h"
#include "codec/result.h"

namespace tensorfs {

class ScratchDir {
 public:
  // A new directory in `parent`, for its owner only. Errors: kIo, kNotFound, kPermission.
  static Result<ScratchDir> Make(const std::string& parent);
  ~ScratchDir();
  ScratchDir(ScratchDir&& other) noexcept
      : path_(std::exchange(other.path_, "")), lock_(std::move(other.lock_)) {}
  ScratchDir& operator=(ScratchDir&&) = delete;

  const std::string& path() const { return path_; }  // absolute, without links
  std::string operator/(const std::string& name) const { return path_ + "/" + name; }

 private:
  explicit ScratchDir(std::string path) : path_(std::move(path)) {}

  std::string path_;  // empty: moved away
  UniqueFd lock_;
};

// Removes those in `parent` whose owners were this user's processes and died without removing them,
// and unmounts what is still mounted there. What cannot be removed stays.
void RemoveStaleScratch(const std::string& parent);

// Where scratch directories are made if the user names no place: $TMPDIR, else /var/tmp, which is
// on a disk where /tmp may be in memory.
std::string DefaultScratchParent();

}  // namespace tensorfs

#endif  // TENSORFS_TOOLS_PROFILE_SCRATCH_DIR_H_
