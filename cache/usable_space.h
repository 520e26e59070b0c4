// SPDX-License-Identifier: MIT
// What of a limit can hold payloads. Pure function.
#ifndef TENSORFS_CACHE_USABLE_SPACE_H_
#define TENSORFS_CACHE_USABLE_SPACE_H_

#include <cstdint>

namespace tensorfs {

// Of a sample store: all but what it keeps free for its catalog and for rewriting its own files.
uint64_t UsableStoreBytes(uint64_t limit_bytes);

}  // namespace tensorfs

#endif  // TENSORFS_CACHE_USABLE_SPACE_H_
