// SPDX-License-Identifier: MIT
#include "fs/mount_table.h"

#include <fstream>
#include <sstream>
#include <string_view>

namespace tensorfs {
namespace {

bool IsOctal(char c) { return c >= '0' && c <= '7'; }

// The kernel writes space, tab, newline and backslash as three octal digits after a backslash.
std::string Unescape(std::string_view field) {
  std::string text;
  for (size_t i = 0; i < field.size(); ++i) {
    if (field[i] == '\\' && i + 3 < field.size() && IsOctal(field[i + 1]) &&
        IsOctal(field[i + 2]) && IsOctal(field[i + 3])) {
      text += static_cast<char>((field[i + 1] - '0') * 64 + (field[i + 2] - '0') * 8 +
                                (field[i + 3] - '0'));
      i += 3;
    } else {
      text += field[i];
    }
  }
  return text;
}

// ID PARENT MAJOR:MINOR ROOT MOUNTPOINT OPTIONS [TAG…] - TYPE SOURCE SUPER_OPTIONS
std::optional<MountEntry> ParseLine(const std::string& line) {
  std::istringstream fields(line);
  std::string id, parent, root, mountpoint, field, source;
  MountEntry entry;
  if (!(fields >> id >> parent >> entry.device >> root >> mountpoint)) return std::nullopt;
  while (fields >> field && field != "-") {
  }
  if (!(fields >> entry.type >> source)) return std::nullopt;
  entry.mountpoint = Unescape(mountpoint);
  entry.source = Unescape(source);
  return entry;
}

}  // namespace

std::optional<MountEntry> FindMount(const std::string& mountpoint) {
  std::ifstream table("/proc/self/mountinfo");
  std::optional<MountEntry> found;  // a later line covers an earlier one
  for (std::string line; std::getline(table, line);) {
    std::optional<MountEntry> entry = ParseLine(line);
    if (entry && entry->mountpoint == mountpoint) found = std::move(entry);
  }
  return found;
}

}  // namespace tensorfs
