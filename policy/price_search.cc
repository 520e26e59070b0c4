// SPDX-License-Identifier: MIT
#include "policy/price_search.h"

#include <algorithm>
#include <cmath>
#include <utility>
#include <vector>

#include "policy/smooth_dual.h"

namespace tensorfs {
namespace {

// Widths, as parts of the mean time of a read in the plan. Jitter costs the plan at most its width.
constexpr double kJitter = 0.003;
constexpr double kFirstSoft = 0.3;
constexpr double kLastSoft = kJitter / 20;
constexpr double kSoftStep = 0.3;

// Prices are sought on so many samples first, and then on all, starting where the prices of the
// part are sure to be near enough.
constexpr size_t kPartSamples = 16'384;
constexpr double kRefineSoft = 0.01;

// The barrier that keeps prices positive, as a part of the soft minimum's width for all reads.
constexpr double kBarrier = 0.2;

// The gain that Newton's method still expects when it stops, as a part of that width too: of a
// stage that another follows, and of the last one, where it makes the loads differ by 0.1 %.
constexpr double kStageTolerance = 1e-2;
constexpr double kLastTolerance = 1e-7;
constexpr int kStageSteps = 30;
constexpr int kLastSteps = 60;

using Vector = std::vector<double>;

// Solves `matrix` * x = b for each b of `sides` in place, by Cholesky's factorisation.
void SolveSymmetric(Vector matrix, std::initializer_list<Vector*> sides) {
  const size_t n = sides.begin()[0]->size();
  for (size_t c = 0; c < n; ++c) {
    for (size_t k = 0; k < c; ++k) matrix[c * n + c] -= matrix[c * n + k] * matrix[c * n + k];
    const double pivot = std::sqrt(std::max(matrix[c * n + c], 1e-300));
    matrix[c * n + c] = pivot;
    for (size_t r = c + 1; r < n; ++r) {
      for (size_t k = 0; k < c; ++k) matrix[r * n + c] -= matrix[r * n + k] * matrix[c * n + k];
      matrix[r * n + c] /= pivot;
    }
  }
  for (Vector* side : sides) {
    Vector& x = *side;
    for (size_t r = 0; r < n; ++r) {
      for (size_t k = 0; k < r; ++k) x[r] -= matrix[r * n + k] * x[k];
      x[r] /= matrix[r * n + r];
    }
    for (size_t r = n; r-- > 0;) {
      for (size_t k = r + 1; k < n; ++k) x[r] -= matrix[k * n + r] * x[k];
      x[r] /= matrix[r * n + r];
    }
  }
}

// Newton's method on one problem, with smoothing that shrinks.
class Search {
 public:
  Search(const PlanProblem* problem, Vector point)
      : dual_(problem), point_(std::move(point)), reads_(0) {
    for (size_t i = 0; i < problem->samples(); ++i) reads_ += problem->WeightOf(i);
  }

  // Goes from the first width to the last. `epoch_s` is about what the plan will take.
  void Run(double first_soft, double epoch_s) {
    epoch_s_ = epoch_s;
    floor_s_ = epoch_s * 1e-9;
    for (double soft = first_soft; soft > kLastSoft; soft *= kSoftStep) {
      Ascend(soft, kStageTolerance, kStageSteps);
    }
    Ascend(kLastSoft, kLastTolerance, kLastSteps);
  }

  const Vector& point() const { return point_; }
  double epoch_s() const { return epoch_s_; }
  double jitter_s() const { return smoothing_.jitter_s; }
  const SmoothDual& dual() const { return dual_; }

 private:
  DualValue Evaluate(const Vector& point) const {
    DualValue value = dual_.Evaluate(point, smoothing_);
    const size_t n = point.size();
    for (size_t r = 0; r < n; ++r) {
      value.value_s += barrier_s_ * std::log(point[r]);
      value.gradient[r] += barrier_s_ / point[r];
      value.curvature[r * n + r] += barrier_s_ / (point[r] * point[r]);
    }
    return value;
  }

  // The step to the top of the quadratic model along which the resources' prices still sum to 1.
  Vector NewtonStep(const DualValue& at) const {
    Vector step = at.gradient;
    Vector ones(step.size(), 0);
    std::fill_n(ones.begin(), dual_.resources(), 1);
    SolveSymmetric(at.curvature, {&step, &ones});
    double steps = 0;
    double all = 0;
    for (size_t r = 0; r < dual_.resources(); ++r) {
      steps += step[r];
      all += ones[r];
    }
    for (size_t r = 0; r < step.size(); ++r) step[r] -= steps / all * ones[r];
    return step;
  }

  // How much of the step keeps all prices positive.
  double Reach(const Vector& step) const {
    double reach = 1;
    for (size_t r = 0; r < step.size(); ++r) {
      if (step[r] < 0) reach = std::min(reach, -0.95 * point_[r] / step[r]);
    }
    return reach;
  }

  // One step uphill; false if there is none worth taking.
  bool Step(DualValue& at, double tolerance_s) {
    const Vector step = NewtonStep(at);
    double slope_s = 0;
    for (size_t r = 0; r < step.size(); ++r) slope_s += step[r] * at.gradient[r];
    if (!(slope_s > tolerance_s)) return false;
    for (double part = Reach(step); part > 1e-8; part *= 0.4) {
      Vector next = point_;
      for (size_t r = 0; r < next.size(); ++r) next[r] += part * step[r];
      DualValue there = Evaluate(next);
      if (!(there.value_s >= at.value_s + 0.1 * part * slope_s)) continue;
      point_ = std::move(next);
      at = std::move(there);
      return true;
    }
    return false;
  }

  void Ascend(double soft, double tolerance, int steps) {
    const double read_s = std::max(epoch_s_, floor_s_) / reads_;
    smoothing_ = {.jitter_s = kJitter * read_s, .soft_s = soft * read_s};
    barrier_s_ = kBarrier * soft * read_s * reads_;
    DualValue at = Evaluate(point_);
    while (steps-- > 0 && Step(at, tolerance * soft * read_s * reads_)) {
    }
    epoch_s_ = 0;
    for (size_t r = 0; r < dual_.resources(); ++r) {
      epoch_s_ = std::max(epoch_s_, at.gradient[r] - barrier_s_ / point_[r]);
    }
  }

  const SmoothDual dual_;
  Vector point_;
  double reads_;
  double epoch_s_ = 0;
  double floor_s_ = 0;
  double barrier_s_ = 0;
  Smoothing smoothing_;
};

// What an epoch would take were all samples in their dearest forms, at even prices.
double DearestEpoch(const PlanProblem& problem, const Prices& prices) {
  const FormPrices priced(problem, prices);
  double epoch_s = 0;
  for (size_t i = 0; i < problem.samples(); ++i) {
    double most = 0;
    for (size_t f = 0; f < problem.forms.size(); ++f) {
      FormUse use = problem.UsesOf(i)[f];
      use.space_bytes = 0;
      const double cost = priced.Cost(use, f, problem.WeightOf(i));
      if (cost != FormPrices::kImpossible) most = std::max(most, cost);
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

}  // namespace

Prices FindPrices(const PlanProblem& problem) {
  const SmoothDual dual(&problem);
  Vector start(dual.size(), 0.0);
  const size_t resources = dual.resources();
  std::fill_n(start.begin(), resources, 1.0 / static_cast<double>(std::max<size_t>(resources, 1)));
  const Prices even = dual.PricesAt(start, 0);
  double epoch_s = DearestEpoch(problem, even);
  if (!(epoch_s > 0)) {
    Prices free = even;
    free.cpu = 1;
    std::fill(free.device.begin(), free.device.end(), 0);
    return free;
  }
  const size_t all = problem.samples();
  double first_soft = kFirstSoft;
  if (all > 2 * kPartSamples) {
    const double share = static_cast<double>(kPartSamples) / static_cast<double>(all);
    const PlanProblem part = PartOf(problem, kPartSamples);
    std::fill(start.begin() + static_cast<ptrdiff_t>(resources), start.end(), epoch_s * share / 2);
    Search search(&part, start);
    search.Run(kFirstSoft, epoch_s * share);
    start = search.point();
    for (size_t r = resources; r < start.size(); ++r) start[r] /= share;
    epoch_s = search.epoch_s() / share;
    first_soft = kRefineSoft;
  } else {
    std::fill(start.begin() + static_cast<ptrdiff_t>(resources), start.end(), epoch_s / 2);
  }
  Search search(&problem, std::move(start));
  search.Run(first_soft, epoch_s);
  return search.dual().PricesAt(search.point(), search.jitter_s());
}

}  // namespace tensorfs
