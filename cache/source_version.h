// SPDX-License-Identifier: MIT
// Which version of a source file something was derived from: its size and whatever else changes
// with its content, as they are stored beside what was derived. Plain value.
#ifndef TENSORFS_CACHE_SOURCE_VERSION_H_
#define TENSORFS_CACHE_SOURCE_VERSION_H_

#include <cstdint>

namespace tensorfs {

struct SourceVersion {
  uint64_t size_bytes = 0;
  int64_t change_stamp = 0;  // a hash of the file's identity and times

  bool operator==(const SourceVersion&) const = default;
};

}  // namespace tensorfs

#endif  // TENSORFS_CACHE_SOURCE_VERSION_H_
