// SPDX-License-Identifier: MIT
// The kernel's table of mounts, as far as it concerns one mountpoint. Stateless; thread-safe.
#ifndef TENSORFS_FS_MOUNT_TABLE_H_
#define TENSORFS_FS_MOUNT_TABLE_H_

#include <optional>
#include <string>

namespace tensorfs {

struct MountEntry {
  std::string mountpoint;  // absolute, without symbolic links
  std::string device;      // "MAJOR:MINOR", as in /sys/class/bdi
  std::string type;        // "fuse.tensorfs", "ext4", …
  std::string source;      // what was mounted
};

// The topmost mount on exactly this path; nothing if none. It asks no filesystem, so it also
// answers for a mount that hangs. `mountpoint` is absolute and without symbolic links.
std::optional<MountEntry> FindMount(const std::string& mountpoint);

}  // namespace tensorfs

#endif  // TENSORFS_FS_MOUNT_TABLE_H_
