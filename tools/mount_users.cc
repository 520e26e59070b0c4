// SPDX-License-Identifier: MIT
#include "tools/mount_users.h"

#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <string_view>
#include <system_error>

namespace tensorfs {
namespace {

namespace fs = std::filesystem;

constexpr size_t kMaxUsers = 5;

bool LeadsInto(const fs::path& link, const std::string& mountpoint) {
  std::error_code failure;
  const std::string target = fs::read_symlink(link, failure).string();
  return !failure && (target == mountpoint || target.starts_with(mountpoint + "/"));
}

bool AnyLinkLeadsInto(const fs::path& directory, const std::string& mountpoint) {
  std::error_code failure;
  for (fs::directory_iterator link(directory, failure), end; !failure && link != end;
       link.increment(failure)) {
    if (LeadsInto(link->path(), mountpoint)) return true;
  }
  return false;
}

bool Uses(const fs::path& process, const std::string& mountpoint) {
  return LeadsInto(process / "cwd", mountpoint) || LeadsInto(process / "root", mountpoint) ||
         AnyLinkLeadsInto(process / "fd", mountpoint) ||
         AnyLinkLeadsInto(process / "map_files", mountpoint);
}

bool IsNumber(std::string_view name) {
  return std::ranges::all_of(name, [](char c) { return c >= '0' && c <= '9'; });
}

}  // namespace

std::vector<std::string> FindMountUsers(const std::string& mountpoint) {
  const std::string self = std::to_string(getpid());
  std::vector<std::string> users;
  std::error_code failure;
  for (fs::directory_iterator process("/proc", failure), end; !failure && process != end;
       process.increment(failure)) {
    const std::string pid = process->path().filename().string();
    if (!IsNumber(pid) || pid == self || !Uses(process->path(), mountpoint)) continue;
    std::string name;
    std::getline(std::ifstream(process->path() / "comm"), name);
    users.push_back(name + " (" + pid + ")");
    if (users.size() == kMaxUsers) break;
  }
  return users;
}

}  // namespace tensorfs
