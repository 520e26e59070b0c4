// SPDX-License-Identifier: MIT
// Where a value of the tensor cache is: its generation (one file, dropped as a whole) and its
// number therein. Ids are never used again. Plain value.
#ifndef TENSORFS_CACHE_RECORD_ID_H_
#define TENSORFS_CACHE_RECORD_ID_H_

#include <compare>
#include <cstdint>

namespace tensorfs {

struct RecordId {
  uint32_t generation = 0;  // from 1
  uint32_t sequence = 0;    // from 0

  auto operator<=>(const RecordId&) const = default;
};

}  // namespace tensorfs

#endif  // TENSORFS_CACHE_RECORD_ID_H_
