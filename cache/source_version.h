// SPDX-License-Identifier: MIT
// Which version of a source file something was derived from: its size and time of last change, as
// they are stored beside what was derived. Plain value.
#ifndef TENSORFS_CACHE_SOURCE_VERSION_H_
#define TENSORFS_CACHE_SOURCE_VERSION_H_

#include <cstdint>

namespace tensorfs {

struct SourceVersion {
  uint64_t size_bytes = 0;
  int64_t mtime_ns = 0;

  bool operator==(const SourceVersion&) const = default;
};

}  // namespace tensorfs

#endif  // TENSORFS_CACHE_SOURCE_VERSION_H_
