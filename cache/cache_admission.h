// SPDX-License-Identifier: MIT
// Which of two files the cache should hold: the one that saves more seconds per byte and time.
// Pure functions.
//
// In training every sample is read once a pass in random order. Whatever is replaced then is
// replaced for an equal, and hits go down from x to x + (1-x)ln(1-x), LRU's, for a cache of the
// fraction x. So nothing is replaced for an equal, nor for what chance makes look better.
#ifndef TENSORFS_CACHE_CACHE_ADMISSION_H_
#define TENSORFS_CACHE_CACHE_ADMISSION_H_

#include <cstdint>

namespace tensorfs {

struct CacheValue {
  double saved_s = 0;  // by one hit
  uint64_t bytes = 0;
  uint32_t reads = 0;  // of late
};

// Seconds saved per byte, times reads.
double Density(const CacheValue& value);

// Whether `candidate` is so clearly denser than `cached` that it should take its place.
bool Displaces(const CacheValue& candidate, const CacheValue& cached);

}  // namespace tensorfs

#endif  // TENSORFS_CACHE_CACHE_ADMISSION_H_
