// SPDX-License-Identifier: MIT
// What opening a store or a cache may do to its directory.
#ifndef TENSORFS_CACHE_ACCESS_H_
#define TENSORFS_CACHE_ACCESS_H_

#include <cstdint>

namespace tensorfs {

enum class Access : uint8_t {
  kMount,  // everything: what is damaged is started over, limits are kept, space is reclaimed
  kEvict,  // entries may go, and files that hold no others; damage is an error
  kRead,   // no byte is written; damage is an error
};

}  // namespace tensorfs

#endif  // TENSORFS_CACHE_ACCESS_H_
