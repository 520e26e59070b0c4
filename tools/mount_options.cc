// SPDX-License-Identifier: MIT
#include "tools/mount_options.h"

#include <algorithm>
#include <array>
#include <cstddef>

namespace tensorfs {
namespace {

// What libfuse hands to the kernel or to fusermount3. A trailing '=' stands for any value.
constexpr std::array<std::string_view, 21> kFuseOptions = {
    "allow_other",  "allow_root",   "default_permissions",
    "auto_unmount", "context=",     "fscontext=",
    "defcontext=",  "rootcontext=", "ro",
    "suid",         "nosuid",       "dev",
    "nodev",        "exec",         "noexec",
    "sync",         "dirsync",      "atime",
    "noatime",      "blkdev",       "debug"};

// What mount(8), systemd or fstab's readers deal with. The mount is read-only whatever `rw` says.
constexpr std::array<std::string_view, 22> kIgnoredOptions = {
    "defaults", "auto",       "noauto",     "nofail",   "user",        "nouser",
    "users",    "owner",      "group",      "_netdev",  "rw",          "async",
    "relatime", "norelatime", "nodiratime", "diratime", "strictatime", "nostrictatime",
    "silent",   "loud",       "user=",      "comment="};

bool IsIn(const auto& names, std::string_view option) {
  const std::string_view key_part = option.substr(0, option.find('=') + 1);
  return std::ranges::any_of(names, [&](std::string_view name) {
    return name == option || (!key_part.empty() && name == key_part);
  });
}

bool IsForMountOnly(std::string_view option) {
  return option.starts_with("x-") || option.starts_with("X-") || IsIn(kIgnoredOptions, option);
}

}  // namespace

std::vector<std::string> SplitAtCommas(std::string_view text) {
  std::vector<std::string> options(1);
  for (size_t i = 0; i < text.size(); ++i) {
    const bool escaped = text[i] == '\\' && i + 1 < text.size();
    if (!escaped && text[i] == ',') {
      options.emplace_back();
    } else {
      i += escaped ? 1 : 0;
      options.back() += text[i];
    }
  }
  std::erase(options, "");
  return options;
}

OptionKind KindOf(std::string_view option) {
  if (IsIn(kFuseOptions, option)) return OptionKind::kFuse;
  return IsForMountOnly(option) ? OptionKind::kMountOnly : OptionKind::kUnknown;
}

std::string ToFlag(std::string_view option) {
  const size_t key_length = std::min(option.find('='), option.size());
  std::string flag = "--" + std::string(option);
  for (size_t i = 2; i < 2 + key_length; ++i) {
    if (flag[i] == '_') flag[i] = '-';
  }
  return flag;
}

}  // namespace tensorfs
