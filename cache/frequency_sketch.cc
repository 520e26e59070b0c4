// SPDX-License-Identifier: MIT
#include "cache/frequency_sketch.h"

#include <algorithm>
#include <cmath>

namespace tensorfs {
namespace {

// One halving in as many passes over all keys: old reads fade, and one pass makes little
// difference.
constexpr uint64_t kPassesPerHalving = 16;
constexpr uint64_t kFewestKeys = 4096;
// A row has at least as many counters for each key, so that all four rarely collide.
constexpr uint64_t kCountersPerKey = 4;

}  // namespace

void FrequencySketch::Add(uint64_t key) {
  const uint32_t count = Estimate(key);
  if (count == 0) ++keys_;
  if (keys_ * kCountersPerKey > width_ && width_ < kLargestWidth) Widen();
  if (count < kLargestCount) {
    for (const size_t slot : Slots(key)) {
      counters_[slot] = std::max(counters_[slot], static_cast<uint8_t>(count + 1));
    }
  }
  if (++additions_ > kPassesPerHalving * std::max(keys_, kFewestKeys)) Halve();
}

uint32_t FrequencySketch::Estimate(uint64_t key) const {
  uint32_t least = kLargestCount;
  for (const size_t slot : Slots(key)) least = std::min<uint32_t>(least, counters_[slot]);
  return least;
}

// Double hashing (Kirsch and Mitzenmacher): two halves of one hash serve all rows.
std::array<size_t, FrequencySketch::kRows> FrequencySketch::Slots(uint64_t key) const {
  std::array<size_t, kRows> slots;
  const uint64_t step = (key >> 32) | 1;
  for (size_t row = 0; row < kRows; ++row) {
    const uint64_t mixed = (key + row * step) * 0x9e3779b97f4a7c15u;
    slots[row] = row * width_ + ((mixed >> 32) & (width_ - 1));
  }
  return slots;
}

// A counter of twice the width starts as its half of the old one did, so no estimate changes.
void FrequencySketch::Widen() {
  std::vector<uint8_t> wider(counters_.size() * 2);
  for (size_t row = 0; row < kRows; ++row) {
    const auto from = counters_.begin() + static_cast<ptrdiff_t>(row * width_);
    const auto to = wider.begin() + static_cast<ptrdiff_t>(2 * row * width_);
    std::copy_n(from, width_, to);
    std::copy_n(from, width_, to + static_cast<ptrdiff_t>(width_));
  }
  counters_.swap(wider);
  width_ *= 2;
}

// Keys are counted anew from the counters in use, linearly (Whang, Vander-Zanden and Taylor).
void FrequencySketch::Halve() {
  size_t empty = 0;
  for (uint8_t& counter : counters_) empty += (counter /= 2) == 0;
  const double empty_part =
      static_cast<double>(std::max<size_t>(empty, 1)) / static_cast<double>(counters_.size());
  keys_ = static_cast<uint64_t>(-std::log(empty_part) * static_cast<double>(width_));
  additions_ = 0;
}

}  // namespace tensorfs
