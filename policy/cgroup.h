// SPDX-License-Identifier: MIT
// The control groups that this process is in, of version 1, 2 or both at once, and the CPU that
// they allow it. Looked up anew each time: a process can be moved and a quota changed at any time.
//
// Stateless; thread-safe. `root` is put before /proc, for tests; what is found below the
// mountpoints in there is taken as it is written. What is missing or makes no sense is left out.
#ifndef TENSORFS_POLICY_CGROUP_H_
#define TENSORFS_POLICY_CGROUP_H_

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tensorfs {

// Directories of the process's group and of its ancestors, as far up as they are mounted, own
// first. `controller` names a hierarchy of version 1, as "cpu"; "" is the one of version 2.
std::vector<std::string> CgroupDirectories(std::string_view controller,
                                           const std::string& root = "");

struct CpuQuota {
  std::string directory;
  double cores = 0;
  std::optional<double> used_s;  // CPU seconds of all processes of the group, ever
};

// Every quota that binds this process, of its own group or of an ancestor. A group without one is
// left out.
std::vector<CpuQuota> CpuQuotas(const std::string& root = "");

}  // namespace tensorfs

#endif  // TENSORFS_POLICY_CGROUP_H_
