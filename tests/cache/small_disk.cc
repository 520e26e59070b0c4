// SPDX-License-Identifier: MIT
#include "small_disk.h"

#include <sched.h>
#include <sys/mount.h>
#include <sys/stat.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

namespace tensorfs {

SmallDisk::SmallDisk(const std::string& type, int megabytes) {
  mkdir(mountpoint_.c_str(), 0700);
  if (unshare(CLONE_NEWNS) != 0) return;
  if (mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr) != 0) return;
  const std::string size = std::to_string(megabytes) + "m";
  if (type == "tmpfs") {
    is_mounted_ = mount("tmpfs", mountpoint_.c_str(), "tmpfs", 0, ("size=" + size).c_str()) == 0;
    return;
  }
  const std::string image = directory_ / "image";
  std::ofstream(image).put(0);
  std::filesystem::resize_file(image, static_cast<uint64_t>(megabytes) << 20);
  const std::string make = "mkfs." + type + " -q -m 0 " + image + " 2>/dev/null";
  const std::string attach = "mount -o loop " + image + " " + mountpoint_ + " 2>/dev/null";
  is_mounted_ = std::system(make.c_str()) == 0 && std::system(attach.c_str()) == 0;
}

SmallDisk::~SmallDisk() {
  if (is_mounted_) umount2(mountpoint_.c_str(), MNT_DETACH);
}

}  // namespace tensorfs
