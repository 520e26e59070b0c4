// SPDX-License-Identifier: MIT
// Which version of a source file something was made from: as a number while this process lives, and
// as what is stored beside derived data. Plain values, pure functions.
#ifndef TENSORFS_FS_SOURCE_STAMP_H_
#define TENSORFS_FS_SOURCE_STAMP_H_

#include <sys/stat.h>

#include <array>
#include <cstdint>
#include <string_view>

#include "cache/source_version.h"
#include "codec/hash.h"

namespace tensorfs {

// A hash of what changes when a file's content does: device, inode, size, and the times of the last
// change of content and of attributes (which a copy that keeps mtime cannot set back). Never 0.
inline uint64_t SourceStamp(const struct stat& attr) {
  const std::array<int64_t, 7> identity = {
      static_cast<int64_t>(attr.st_dev),          static_cast<int64_t>(attr.st_ino),
      static_cast<int64_t>(attr.st_size),         static_cast<int64_t>(attr.st_mtim.tv_sec),
      static_cast<int64_t>(attr.st_mtim.tv_nsec), static_cast<int64_t>(attr.st_ctim.tv_sec),
      static_cast<int64_t>(attr.st_ctim.tv_nsec),
  };
  const uint64_t hash = Hash64({reinterpret_cast<const char*>(identity.data()), sizeof(identity)});
  return hash == 0 ? 1 : hash;
}

// Without the device, whose number may be another after a restart. A file that takes another's
// place has another stamp, also with the other's size and time of last change.
inline SourceVersion VersionOf(const struct stat& attr) {
  const std::array<int64_t, 5> identity = {static_cast<int64_t>(attr.st_ino), attr.st_mtim.tv_sec,
                                           attr.st_mtim.tv_nsec, attr.st_ctim.tv_sec,
                                           attr.st_ctim.tv_nsec};
  const uint64_t hash = Hash64({reinterpret_cast<const char*>(identity.data()), sizeof(identity)});
  return {.size_bytes = static_cast<uint64_t>(attr.st_size),
          .change_stamp = static_cast<int64_t>(hash)};
}

// Both.
struct SourceState {
  SourceVersion version;
  uint64_t stamp = 0;
};

inline SourceState StateOf(const struct stat& attr) {
  return {.version = VersionOf(attr), .stamp = SourceStamp(attr)};
}

}  // namespace tensorfs

#endif  // TENSORFS_FS_SOURCE_STAMP_H_
