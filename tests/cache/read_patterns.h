// SPDX-License-Identifier: MIT
// Readers of samples by number, and what a cache of each kind makes of them. Deterministic.
#ifndef TENSORFS_TESTS_CACHE_READ_PATTERNS_H_
#define TENSORFS_TESTS_CACHE_READ_PATTERNS_H_

#include <cstddef>
#include <cstdint>
#include <functional>
#include <list>
#include <random>
#include <unordered_map>
#include <vector>

namespace tensorfs {

// The numbers of the samples that an epoch reads, in order.
using Epoch = std::function<std::vector<uint32_t>()>;

Epoch RandomPasses(uint32_t samples, uint64_t seed);  // each once, in a new order each time
Epoch Zipf(uint32_t samples, double exponent, uint64_t seed);  // as many reads as there are samples

class LruCache {
 public:
  explicit LruCache(size_t capacity) : capacity_(capacity) {}
  bool Read(uint32_t sample);  // whether it hit

 private:
  const size_t capacity_;
  std::list<uint32_t> by_use_;  // used last first
  std::unordered_map<uint32_t, std::list<uint32_t>::iterator> found_;
};

// The parts of the reads that hit, by epoch.
std::vector<double> HitRates(const Epoch& epoch, size_t epochs,
                             const std::function<bool(uint32_t)>& read);

// What an LRU of this part of the samples hits in random passes.
double LruHitRate(double fraction);

}  // namespace tensorfs

#endif  // TENSORFS_TESTS_CACHE_READ_PATTERNS_H_
