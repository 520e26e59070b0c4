// SPDX-License-Identifier: MIT
#include "policy/cgroup.h"

#include <algorithm>
#include <sstream>

#include "policy/small_file.h"

namespace tensorfs {
namespace {

constexpr double kNsPerSecond = 1e9;
constexpr double kUsPerSecond = 1e6;

struct Mount {
  std::string top;  // the group that is mounted, as /proc/self/cgroup would name it
  std::string mountpoint;
};

bool ListHas(const std::string& list, std::string_view wanted) {
  std::istringstream items(list);
  for (std::string item; std::getline(items, item, ',');) {
    if (item == wanted) return true;
  }
  return false;
}

// mountinfo writes blanks and backslashes of paths as octal numbers.
std::string Unescape(const std::string& text) {
  std::string plain;
  for (size_t i = 0; i < text.size(); ++i) {
    const bool is_octal = text[i] == '\\' && i + 3 < text.size() &&
                          text.find_first_not_of("01234567", i + 1) >= i + 4;
    if (is_octal) {
      plain.push_back(static_cast<char>(std::stoi(text.substr(i + 1, 3), nullptr, 8)));
      i += 3;
    } else {
      plain.push_back(text[i]);
    }
  }
  return plain;
}

std::vector<Mount> MountsOf(std::string_view controller, const std::string& root) {
  std::vector<Mount> mounts;
  std::istringstream lines(ReadSmallFile(root + "/proc/self/mountinfo").value_or(""));
  for (std::string line; std::getline(lines, line);) {
    const size_t dash = line.find(" - ");
    if (dash == std::string::npos) continue;
    std::string id, parent, device, top, mountpoint, type, source, options;
    std::istringstream(line) >> id >> parent >> device >> top >> mountpoint;
    std::istringstream(line.substr(dash + 3)) >> type >> source >> options;
    const bool fits =
        controller.empty() ? type == "cgroup2" : type == "cgroup" && ListHas(options, controller);
    if (fits) mounts.push_back({Unescape(top), root + Unescape(mountpoint)});
  }
  return mounts;
}

// The process's group in that hierarchy.
std::optional<std::string> GroupOf(std::string_view controller, const std::string& root) {
  std::istringstream lines(ReadSmallFile(root + "/proc/self/cgroup").value_or(""));
  for (std::string line; std::getline(lines, line);) {
    const size_t first = line.find(':');
    const size_t second = line.find(':', first + 1);
    if (first == std::string::npos || second == std::string::npos) continue;
    const std::string controllers = line.substr(first + 1, second - first - 1);
    const bool fits = controller.empty() ? controllers.empty() && line.starts_with("0:")
                                         : ListHas(controllers, controller);
    if (fits) return line.substr(second + 1);
  }
  return std::nullopt;
}

// The group's path below the mount. Nothing if it lies elsewhere, as seen from a container with
// another view of the hierarchy than its mounts.
std::optional<std::string> Below(const Mount& mount, const std::string& group) {
  if (group.find("/..") != std::string::npos) return std::nullopt;
  if (mount.top == "/") return group == "/" ? "" : group;
  if (!group.starts_with(mount.top)) return std::nullopt;
  const std::string rest = group.substr(mount.top.size());
  if (!rest.empty() && rest.front() != '/') return std::nullopt;
  return rest;
}

std::optional<double> ReadNumber(const std::string& path) {
  std::istringstream text(ReadSmallFile(path).value_or(""));
  double number = 0;
  if (!(text >> number)) return std::nullopt;
  return number;
}

std::optional<double> QuotaCores(double quota_us, double period_us) {
  if (quota_us <= 0 || period_us <= 0) return std::nullopt;
  return quota_us / period_us;
}

std::optional<CpuQuota> QuotaV1(const std::string& directory) {
  const auto quota_us = ReadNumber(directory + "/cpu.cfs_quota_us");
  const auto period_us = ReadNumber(directory + "/cpu.cfs_period_us");
  const auto cores = QuotaCores(quota_us.value_or(-1), period_us.value_or(-1));
  if (!cores) return std::nullopt;
  CpuQuota quota{.directory = directory, .cores = *cores, .used_s = {}};
  // There if the two controllers are mounted together.
  const auto used_ns = ReadNumber(directory + "/cpuacct.usage");
  if (used_ns) quota.used_s = *used_ns / kNsPerSecond;
  return quota;
}

std::optional<CpuQuota> QuotaV2(const std::string& directory) {
  std::istringstream limit(ReadSmallFile(directory + "/cpu.max").value_or(""));
  double quota_us = 0;
  double period_us = 0;
  if (!(limit >> quota_us >> period_us)) return std::nullopt;  // "max" is no number
  const auto cores = QuotaCores(quota_us, period_us);
  if (!cores) return std::nullopt;
  CpuQuota quota{.directory = directory, .cores = *cores, .used_s = {}};
  std::istringstream use(ReadSmallFile(directory + "/cpu.stat").value_or(""));
  std::string name;
  for (double value = 0; use >> name >> value;) {
    if (name == "usage_usec") quota.used_s = value / kUsPerSecond;
  }
  return quota;
}

}  // namespace

std::vector<std::string> CgroupDirectories(std::string_view controller, const std::string& root) {
  const std::vector<Mount> mounts = MountsOf(controller, root);
  const std::optional<std::string> group = GroupOf(controller, root);
  if (mounts.empty() || !group) return {};
  for (const Mount& mount : mounts) {
    const std::optional<std::string> below = Below(mount, *group);
    if (!below) continue;
    std::vector<std::string> directories;
    std::string path = *below;
    while (!path.empty()) {
      directories.push_back(mount.mountpoint + path);
      path.resize(path.rfind('/'));
    }
    directories.push_back(mount.mountpoint);
    return directories;
  }
  // What is mounted is all that there is to see, and binds a process of this container.
  return {mounts.front().mountpoint};
}

std::vector<CpuQuota> CpuQuotas(const std::string& root) {
  std::vector<CpuQuota> quotas;
  for (const std::string& directory : CgroupDirectories("cpu", root)) {
    if (auto quota = QuotaV1(directory)) quotas.push_back(*std::move(quota));
  }
  for (const std::string& directory : CgroupDirectories("", root)) {
    if (auto quota = QuotaV2(directory)) quotas.push_back(*std::move(quota));
  }
  return quotas;
}

}  // namespace tensorfs
