// SPDX-License-Identifier: MIT
#include "policy/price_search.h"

#include <algorithm>
#include <array>
#include <utility>
#include <vector>

#include "policy/dual_ascent.h"
#include "policy/smooth_dual.h"

namespace tensorfs {
namespace {

// Prices are sought on so many samples first, then on so many times more, up to all of them.
constexpr size_t kPartSamples = 16'384;
constexpr size_t kPartGrowth = 8;

// What an epoch would take were all samples in their dearest forms and spaces free.
double DearestEpoch(const PlanProblem& problem, Prices prices) {
  std::fill(prices.space.begin(), prices.space.end(), 0);
  const FormPrices priced(problem, prices);
  std::array<double, FormPrices::kMaxForms> costs;
  double epoch_s = 0;
  for (size_t i = 0; i < problem.samples(); ++i) {
    double most = 0;
    (void)priced.Costs(problem.UsesOf(i), problem.WeightOf(i), costs);
    for (size_t f = 0; f < problem.forms.size(); ++f) {
      if (costs[f] < FormPrices::kImpossible) most = std::max(most, costs[f]);
    }
    epoch_s += most;
  }
  return epoch_s;
}

// Every so many samples one, at a place within that many that a hash decides, with its share of the
// space limits: its prices are about those of the whole.
PlanProblem PartOf(const PlanProblem& problem, size_t samples) {
  PlanProblem part;
  static_cast<PlanRules&>(part) = problem;
  const size_t all = problem.samples();
  for (double& limit : part.space_limit_bytes) {
    limit *= static_cast<double>(samples) / static_cast<double>(all);
  }
  for (size_t k = 0; k < samples; ++k) {
    const size_t begin = k * all / samples;
    const size_t end = (k + 1) * all / samples;
    const auto offset = static_cast<size_t>(JitterOf(k, 0) * static_cast<double>(end - begin));
    const size_t i = begin + offset;
    const auto uses = problem.UsesOf(i);
    part.uses.insert(part.uses.end(), uses.begin(), uses.end());
    part.weights.push_back(static_cast<float>(problem.WeightOf(i)));
    part.ids.push_back(problem.IdOf(i));
  }
  return part;
}

// Where nothing takes any time.
Prices FreePrices(const PlanProblem& problem) {
  return {.cpu = 1,
          .device = std::vector<double>(problem.device_bytes_per_s.size()),
          .space = std::vector<double>(problem.space_limit_bytes.size()),
          .jitter_s = 0};
}

}  // namespace

Prices FindPrices(const PlanProblem& problem) {
  const SmoothDual dual(&problem);
  const size_t resources = dual.resources();
  std::vector<double> point(dual.size(), 1.0 / static_cast<double>(std::max<size_t>(resources, 1)));
  const Prices even = dual.PricesAt(point, 0);
  double epoch_s = DearestEpoch(problem, even);
  if (!(epoch_s > 0)) return FreePrices(problem);
  std::fill(point.begin() + static_cast<ptrdiff_t>(resources), point.end(), epoch_s / 2);

  bool refine = false;
  const auto all = static_cast<double>(problem.samples());
  for (size_t samples = kPartSamples; 2 * samples < problem.samples(); samples *= kPartGrowth) {
    const PlanProblem part = PartOf(problem, samples);
    // A part's epoch, and the price of its share of a space's limit, are less than those of all.
    const double share = static_cast<double>(samples) / all;
    for (size_t r = resources; r < point.size(); ++r) point[r] *= share;
    DualAscent ascent(&part, std::move(point), epoch_s * share);
    refine ? ascent.Refine() : ascent.Run();
    point = ascent.point();
    for (size_t r = resources; r < point.size(); ++r) point[r] /= share;
    epoch_s = ascent.epoch_s() / share;
    refine = true;
  }
  DualAscent ascent(&problem, std::move(point), epoch_s);
  refine ? ascent.Refine() : ascent.Run();
  return dual.PricesAt(ascent.point(), ascent.jitter_s());
}

}  // namespace tensorfs
