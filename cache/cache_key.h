// SPDX-License-Identifier: MIT
// What a finished file is cached under. Plain value and pure functions.
#ifndef TENSORFS_CACHE_CACHE_KEY_H_
#define TENSORFS_CACHE_CACHE_KEY_H_

#include <cstdint>
#include <string>

#include "codec/hash.h"

namespace tensorfs {

struct CacheKey {
  std::string path;          // of the sample, relative to the source; any bytes
  uint64_t fingerprint = 0;  // of the pipeline and the presented format

  bool operator==(const CacheKey&) const = default;
};

// The key in memory. Two keys may share it.
inline uint64_t KeyHash(const CacheKey& key) { return Hash64(key.path, key.fingerprint); }

// Independent of KeyHash; stands in the value, so that a key that shares another's hash does not
// get its bytes. Both are stored on disk: never change them.
inline uint64_t KeyCheck(const CacheKey& key) { return Hash64(key.path, ~key.fingerprint); }

}  // namespace tensorfs

#endif  // TENSORFS_CACHE_CACHE_KEY_H_
