// SPDX-License-Identifier: MIT
#include "tools/profile/objective.h"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace tensorfs {
namespace {

// The best of a goal is 1, the worst 0.
class Goal {
 public:
  Goal(std::span<const Traits> strategies, double Traits::*trait, bool more_is_better)
      : trait_(trait), more_is_better_(more_is_better) {
    const auto [least, most] = std::ranges::minmax_element(strategies, {}, trait);
    least_ = (*least).*trait;
    most_ = (*most).*trait;
  }

  double Of(const Traits& strategy) const {
    if (!((1 - kPrecision) * most_ > least_)) return 1;
    const double share = (strategy.*trait_ - least_) / (most_ - least_);
    return more_is_better_ ? share : 1 - share;
  }

 private:
  double Traits::*const trait_;
  const bool more_is_better_;
  double least_ = 0;
  double most_ = 0;
};

std::vector<size_t> AllOf(std::span<const Traits> strategies) {
  std::vector<size_t> order(strategies.size());
  std::iota(order.begin(), order.end(), size_t{0});
  return order;
}

// How far a value is below the best one, in steps of the precision, so that "equal" is transitive.
double StepsBelow(double best, double value) {
  return best > 0 ? std::floor((best - value) / (best * kPrecision)) : 0;
}

}  // namespace

std::vector<double> Scores(std::span<const Traits> strategies, const ProfileWeights& weights) {
  if (strategies.empty()) return {};
  const double sum = weights.throughput + weights.storage + weights.time;
  const ProfileWeights used = sum > 0 ? weights : ProfileWeights{};
  const double total = sum > 0 ? sum : 1;
  const Goal throughput(strategies, &Traits::samples_per_s, true);
  const Goal storage(strategies, &Traits::stored_bytes, false);
  const Goal time(strategies, &Traits::prepare_s, false);
  std::vector<double> scores;
  for (const Traits& strategy : strategies) {
    scores.push_back((used.throughput * throughput.Of(strategy) +
                      used.storage * storage.Of(strategy) + used.time * time.Of(strategy)) /
                     total);
  }
  return scores;
}

std::vector<size_t> RankByScore(std::span<const Traits> strategies, const ProfileWeights& weights) {
  const std::vector<double> scores = Scores(strategies, weights);
  double fastest = 0;
  double best = 0;
  for (const double score : scores) best = std::max(best, score);
  for (const Traits& each : strategies) fastest = std::max(fastest, each.samples_per_s);
  std::vector<size_t> order = AllOf(strategies);
  std::ranges::stable_sort(order, [&](size_t a, size_t b) {
    const double score_a = StepsBelow(best, scores[a]);
    const double score_b = StepsBelow(best, scores[b]);
    if (score_a != score_b) return score_a < score_b;
    const double rate_a = StepsBelow(fastest, strategies[a].samples_per_s);
    const double rate_b = StepsBelow(fastest, strategies[b].samples_per_s);
    if (rate_a != rate_b) return rate_a < rate_b;
    if (strategies[a].stored_bytes != strategies[b].stored_bytes) {
      return strategies[a].stored_bytes < strategies[b].stored_bytes;
    }
    if (strategies[a].stage != strategies[b].stage) {
      return strategies[a].stage > strategies[b].stage;
    }
    return strategies[a].prepare_s < strategies[b].prepare_s;
  });
  return order;
}

std::vector<size_t> ParetoFront(std::span<const Traits> strategies) {
  std::vector<size_t> order = AllOf(strategies);
  std::ranges::stable_sort(order, [&](size_t a, size_t b) {
    if (strategies[a].stored_bytes != strategies[b].stored_bytes) {
      return strategies[a].stored_bytes < strategies[b].stored_bytes;
    }
    return strategies[a].samples_per_s > strategies[b].samples_per_s;
  });
  std::vector<size_t> front;
  for (const size_t index : order) {
    const bool is_faster =
        front.empty() || strategies[index].samples_per_s > strategies[front.back()].samples_per_s;
    if (is_faster) front.push_back(index);
  }
  return front;
}

}  // namespace tensorfs
