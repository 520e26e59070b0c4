// SPDX-License-Identifier: MIT
#include "tests/cache/read_patterns.h"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace tensorfs {

Epoch RandomPasses(uint32_t samples, uint64_t seed) {
  std::vector<uint32_t> order(samples);
  std::iota(order.begin(), order.end(), 0);
  return [order, random = std::mt19937_64(seed)]() mutable {
    std::shuffle(order.begin(), order.end(), random);
    return order;
  };
}

Epoch Zipf(uint32_t samples, double exponent, uint64_t seed) {
  std::vector<double> weights;
  for (uint32_t i = 0; i < samples; ++i) weights.push_back(std::pow(i + 1, -exponent));
  std::mt19937_64 random(seed);
  // Which samples are popular has nothing to do with their numbers.
  std::vector<uint32_t> by_rank(samples);
  std::iota(by_rank.begin(), by_rank.end(), 0);
  std::shuffle(by_rank.begin(), by_rank.end(), random);
  std::discrete_distribution<uint32_t> rank(weights.begin(), weights.end());
  return [by_rank, rank, random]() mutable {
    std::vector<uint32_t> reads;
    for (size_t i = 0; i < by_rank.size(); ++i) reads.push_back(by_rank[rank(random)]);
    return reads;
  };
}

bool LruCache::Read(uint32_t sample) {
  const auto found = found_.find(sample);
  if (found != found_.end()) {
    by_use_.splice(by_use_.begin(), by_use_, found->second);
    return true;
  }
  if (found_.size() == capacity_) {
    found_.erase(by_use_.back());
    by_use_.pop_back();
  }
  by_use_.push_front(sample);
  found_.emplace(sample, by_use_.begin());
  return false;
}

std::vector<double> HitRates(const Epoch& epoch, size_t epochs,
                             const std::function<bool(uint32_t)>& read) {
  std::vector<double> rates;
  for (size_t i = 0; i < epochs; ++i) {
    const std::vector<uint32_t> samples = epoch();
    const auto hits = std::ranges::count_if(samples, read);
    rates.push_back(static_cast<double>(hits) / static_cast<double>(samples.size()));
  }
  return rates;
}

double LruHitRate(double fraction) { return fraction + (1 - fraction) * std::log(1 - fraction); }

}  // namespace tensorfs
