// SPDX-License-Identifier: MIT
// The texts of -o, in the manner of fstab. Pure functions.
#ifndef TENSORFS_TOOLS_MOUNT_OPTIONS_H_
#define TENSORFS_TOOLS_MOUNT_OPTIONS_H_

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace tensorfs {

// "a,b=c\,d" is "a" and "b=c,d"; a backslash takes the next character as it is.
std::vector<std::string> SplitAtCommas(std::string_view text);

enum class OptionKind : uint8_t {
  kFuse,       // for libfuse and the kernel: allow_other, nosuid, …
  kMountOnly,  // for mount(8), systemd or fstab's readers: noauto, x-systemd.…, …
  kUnknown,
};

OptionKind KindOf(std::string_view option);

// "center_crop=224" as the command line's "--center-crop=224".
std::string ToFlag(std::string_view option);

}  // namespace tensorfs

#endif  // TENSORFS_TOOLS_MOUNT_OPTIONS_H_
