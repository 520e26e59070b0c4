// SPDX-License-Identifier: MIT
// File names for people to read. Stateless; thread-safe.
#ifndef TENSORFS_FS_PRINTABLE_H_
#define TENSORFS_FS_PRINTABLE_H_

#include <string>
#include <string_view>

namespace tensorfs {

// Control characters and backslashes as \xNN, so that no name can forge a line of the log.
std::string Printable(std::string_view name);

}  // namespace tensorfs

#endif  // TENSORFS_FS_PRINTABLE_H_
