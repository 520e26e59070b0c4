// SPDX-License-Identifier: MIT
#include "codec/hash.h"

#include <xxhash.h>
#if defined(__x86_64__)
// Takes the widest vectors that the processor has: twice as fast as those that every one has.
#include <xxh_x86dispatch.h>
#endif

namespace tensorfs {

uint64_t Hash64(std::string_view bytes, uint64_t seed) {
  return XXH3_64bits_withSeed(bytes.data(), bytes.size(), seed);
}

}  // namespace tensorfs
