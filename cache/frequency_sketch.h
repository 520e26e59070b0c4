// SPDX-License-Identifier: MIT
// How often each of very many keys was seen lately, in little memory: a count-min sketch (Cormode
// and Muthukrishnan) with conservative update, whose counters are halved from time to time. It
// widens itself as more different keys are seen, so that estimates stay close without knowing how
// many there will be. Estimates are never too low but by the halving and by the largest count.
//
// Deterministic. Not thread-safe.
#ifndef TENSORFS_CACHE_FREQUENCY_SKETCH_H_
#define TENSORFS_CACHE_FREQUENCY_SKETCH_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace tensorfs {

class FrequencySketch {
 public:
  static constexpr uint32_t kLargestCount = 255;

  // Counts one occurrence. REQUIRES: keys are well-mixed hashes.
  void Add(uint64_t key);
  uint32_t Estimate(uint64_t key) const;

  // How many different keys were seen lately, about.
  uint64_t keys() const { return keys_; }

  size_t memory_bytes() const { return counters_.size(); }

 private:
  static constexpr size_t kRows = 4;
  // Widening keeps the collisions of before, so the first is wide enough for most sets.
  static constexpr size_t kFirstWidth = size_t{1} << 18;
  static constexpr size_t kLargestWidth = size_t{1} << 22;

  std::array<size_t, kRows> Slots(uint64_t key) const;
  void Widen();
  void Halve();

  size_t width_ = kFirstWidth;  // counters in a row; a power of two
  std::vector<uint8_t> counters_ = std::vector<uint8_t>(kRows * kFirstWidth);
  uint64_t keys_ = 0;
  uint64_t additions_ = 0;  // since the last halving
};

}  // namespace tensorfs

#endif  // TENSORFS_CACHE_FREQUENCY_SKETCH_H_
