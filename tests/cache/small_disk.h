// SPDX-License-Identifier: MIT
// A small filesystem that only this thread, and those it starts, can see.
#ifndef TENSORFS_TESTS_CACHE_SMALL_DISK_H_
#define TENSORFS_TESTS_CACHE_SMALL_DISK_H_

#include <string>

#include "tests/tools/temporary_dir.h"

namespace tensorfs {

class SmallDisk {
 public:
  // `type` is ext4, on a loop device, or tmpfs.
  SmallDisk(const std::string& type, int megabytes);
  ~SmallDisk();
  SmallDisk(const SmallDisk&) = delete;
  SmallDisk& operator=(const SmallDisk&) = delete;

  // False where mounting is not permitted.
  bool is_mounted() const { return is_mounted_; }
  std::string operator/(const std::string& name) const { return mountpoint_ + "/" + name; }

 private:
  TemporaryDir directory_;
  const std::string mountpoint_ = directory_ / "disk";
  bool is_mounted_ = false;
};

}  // namespace tensorfs

#endif  // TENSORFS_TESTS_CACHE_SMALL_DISK_H_
