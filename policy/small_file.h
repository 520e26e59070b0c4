// SPDX-License-Identifier: MIT
// The short texts by which the kernel tells about itself, under /proc and /sys. Stateless.
#ifndef TENSORFS_POLICY_SMALL_FILE_H_
#define TENSORFS_POLICY_SMALL_FILE_H_

#include <fstream>
#include <iterator>
#include <optional>
#include <string>

namespace tensorfs {

// Nothing if it cannot be read: the kernel has no such thing, or does not tell.
inline std::optional<std::string> ReadSmallFile(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::string text((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
  if (!file.good() && !file.eof()) return std::nullopt;
  if (text.empty()) return std::nullopt;
  return text;
}

}  // namespace tensorfs

#endif  // TENSORFS_POLICY_SMALL_FILE_H_
