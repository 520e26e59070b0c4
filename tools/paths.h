// SPDX-License-Identifier: MIT
// Questions about where directories stand. Answers hold for the moment they are given.
#ifndef TENSORFS_TOOLS_PATHS_H_
#define TENSORFS_TOOLS_PATHS_H_

#include <string>

#include "codec/result.h"

namespace tensorfs {

// Absolute, without symbolic links. Errors: kNotFound, kPermission, kIo, naming the path.
Result<std::string> ResolvePath(const std::string& path);

// The same for what need not exist yet.
std::string ResolveFuturePath(const std::string& path);

// The same for a mountpoint, also if what is mounted there is dead and answers nothing.
Result<std::string> ResolveMountpoint(const std::string& path);

// Whether `path` is `directory` or stands somewhere in it, whatever names lead there. Parts of
// `path` need not exist. REQUIRES: both are absolute, without symbolic links.
bool IsWithin(const std::string& path, const std::string& directory);

// Where the store of a mount is if the user names none: below $XDG_STATE_HOME, ~/.local/state or,
// for root, /var/lib. REQUIRES: both are absolute. Errors: kInvalidArgument without a home.
Result<std::string> DefaultStorePath(const std::string& source, const std::string& mountpoint);

}  // namespace tensorfs

#endif  // TENSORFS_TOOLS_PATHS_H_
