// SPDX-License-Identifier: MIT
#include "policy/dual_ascent.h"

#include <algorithm>
#include <cmath>
#include <initializer_list>
#include <utility>

namespace tensorfs {
namespace {

// Jitter costs the plan at most its width. In the end the soft minimum is so narrow beside it that
// whole choices share as soft ones do.
constexpr double kJitter = 0.003;
constexpr double kFirstSoft = 0.3;
constexpr double kRefineSoft = kJitter / 3;
constexpr double kLastSoft = kJitter / 100;
constexpr double kSoftStep = 0.3;

// The barrier as a part of the soft minimum's width for all reads.
constexpr double kBarrier = 0.2;
constexpr double kSlackRange = 1e3;

// The gain that Newton's method still expects when it stops, as a part of that width too: of a
// stage that another follows, and of the last one.
constexpr double kStageTolerance = 3e-2;
constexpr double kLastTolerance = 1e-5;
constexpr int kMostSteps = 40;

// The last stage starts again while the epoch it found is less than this part of what its widths
// were made for.
constexpr double kMostShrink = 0.7;
constexpr int kMostFinishes = 12;

// Solves `matrix` * x = b for each b of `sides` in place, by Cholesky's factorisation.
void SolveSymmetric(std::vector<double> matrix, std::initializer_list<std::vector<double>*> sides) {
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
  for (std::vector<double>* side : sides) {
    std::vector<double>& x = *side;
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

}  // namespace

DualAscent::DualAscent(const PlanProblem* problem, std::vector<double> point, double epoch_s)
    : dual_(problem),
      point_(std::move(point)),
      slack_s_(point_.size()),
      epoch_s_(epoch_s),
      least_epoch_s_(epoch_s * 1e-9) {
  for (size_t i = 0; i < problem->samples(); ++i) reads_ += problem->WeightOf(i);
}

void DualAscent::Run() {
  for (double soft = kFirstSoft; soft > kLastSoft; soft *= kSoftStep) {
    Ascend({soft, soft, kStageTolerance});
  }
  Finish();
}

void DualAscent::Refine() {
  Ascend({kRefineSoft, kLastSoft, kStageTolerance});
  Finish();
}

void DualAscent::Finish() {
  for (int k = 0; k < kMostFinishes; ++k) {
    const double assumed_s = epoch_s_;
    Ascend({kLastSoft, kLastSoft, kLastTolerance});
    if (epoch_s_ >= assumed_s * kMostShrink || epoch_s_ <= least_epoch_s_) return;
  }
}

void DualAscent::Ascend(const Stage& stage) {
  const double epoch_s = std::max(epoch_s_, least_epoch_s_);
  smoothing_ = {.jitter_s = kJitter * epoch_s / reads_, .soft_s = stage.soft * epoch_s / reads_};
  barrier_s_ = kBarrier * stage.barrier * epoch_s;
  for (size_t r = 0; r < point_.size(); ++r) slack_s_[r] = barrier_s_ / point_[r];
  DualValue at = Evaluate(point_);
  for (int k = 0; k < kMostSteps && Step(at, stage.tolerance * stage.soft * epoch_s); ++k) {
  }
  epoch_s_ = 0;
  for (size_t r = 0; r < dual_.resources(); ++r) {
    epoch_s_ = std::max(epoch_s_, at.gradient[r] - barrier_s_ / point_[r]);
  }
}

DualValue DualAscent::Evaluate(const Vector& point) const {
  DualValue value = dual_.Evaluate(point, smoothing_);
  for (size_t r = 0; r < point.size(); ++r) {
    value.value_s += barrier_s_ * std::log(point[r]);
    value.gradient[r] += barrier_s_ / point[r];
  }
  return value;
}

// To the top of the quadratic model, the resources' prices still of sum 1.
DualAscent::Vector DualAscent::NewtonStep(const DualValue& at) const {
  Vector step = at.gradient;
  Vector level(step.size(), 0);
  std::fill_n(level.begin(), dual_.resources(), 1);
  Vector curvature = at.curvature;
  for (size_t r = 0; r < step.size(); ++r) {
    curvature[r * step.size() + r] += slack_s_[r] / point_[r];
  }
  SolveSymmetric(std::move(curvature), {&step, &level});
  double sum = 0;
  double level_sum = 0;
  for (size_t r = 0; r < dual_.resources(); ++r) {
    sum += step[r];
    level_sum += level[r];
  }
  for (size_t r = 0; r < step.size(); ++r) step[r] -= sum / level_sum * level[r];
  return step;
}

// How much of the step keeps all prices positive.
double DualAscent::Reach(const Vector& step) const {
  double reach = 1;
  for (size_t r = 0; r < step.size(); ++r) {
    if (step[r] < 0) reach = std::min(reach, -0.95 * point_[r] / step[r]);
  }
  return reach;
}

// One step uphill; false if there is none that gains more than the tolerance.
bool DualAscent::Step(DualValue& at, double tolerance_s) {
  const Vector step = NewtonStep(at);
  double slope_s = 0;
  for (size_t r = 0; r < step.size(); ++r) slope_s += step[r] * at.gradient[r];
  if (!(slope_s > tolerance_s)) return false;
  for (double part = Reach(step); part > 1e-8; part *= 0.4) {
    Vector next = point_;
    for (size_t r = 0; r < next.size(); ++r) next[r] += part * step[r];
    DualValue there = Evaluate(next);
    if (!(there.value_s >= at.value_s + 0.1 * part * slope_s)) continue;
    MoveTo(std::move(next), step, part);
    at = std::move(there);
    return true;
  }
  return false;
}

void DualAscent::MoveTo(Vector next, const Vector& step, double part) {
  for (size_t r = 0; r < next.size(); ++r) {
    const double change_s = (barrier_s_ - slack_s_[r] * (point_[r] + step[r])) / point_[r];
    const double central_s = barrier_s_ / next[r];
    slack_s_[r] =
        std::clamp(slack_s_[r] + part * change_s, central_s / kSlackRange, central_s * kSlackRange);
  }
  point_ = std::move(next);
}

}  // namespace tensorfs
