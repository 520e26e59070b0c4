// SPDX-License-Identifier: MIT
// Newton's method on the smoothed dual (policy/smooth_dual.h), with smoothing that shrinks. A
// logarithmic barrier keeps prices positive; its slacks are followed as unknowns of their own (a
// primal-dual interior point method: Nocedal and Wright, "Numerical Optimization", chapter 19), so
// that a good start is kept. Not thread-safe; the problem must outlive it.
#ifndef TENSORFS_POLICY_DUAL_ASCENT_H_
#define TENSORFS_POLICY_DUAL_ASCENT_H_

#include <vector>

#include "policy/plan_problem.h"
#include "policy/smooth_dual.h"

namespace tensorfs {

class DualAscent {
 public:
  // `point` is in SmoothDual's coordinates, all positive, those of the resources of sum 1.
  // `epoch_s` is about what the plan will take, and positive; too much is better than too little.
  // REQUIRES: a finite resource, and a positive sum of weights.
  DualAscent(const PlanProblem* problem, std::vector<double> point, double epoch_s);

  // From anywhere.
  void Run();

  // From prices that are about right.
  void Refine();

  const std::vector<double>& point() const { return point_; }
  double jitter_s() const { return smoothing_.jitter_s; }
  // What the soft choices take at this point.
  double epoch_s() const { return epoch_s_; }

 private:
  using Vector = std::vector<double>;

  // Widths are parts of the mean time of a read.
  struct Stage {
    double soft;
    double barrier;
    double tolerance;
  };

  void Ascend(const Stage& stage);
  void Finish();
  DualValue Evaluate(const Vector& point) const;
  Vector NewtonStep(const DualValue& at) const;
  double Reach(const Vector& step) const;
  bool Step(DualValue& at, double tolerance_s);
  void MoveTo(Vector next, const Vector& step, double part);

  const SmoothDual dual_;
  Vector point_;
  Vector slack_s_;  // times the point about the barrier
  double reads_ = 0;
  double epoch_s_;
  double least_epoch_s_;  // so that widths stay positive where an epoch takes no time
  double barrier_s_ = 0;
  Smoothing smoothing_;
};

}  // namespace tensorfs

#endif  // TENSORFS_POLICY_DUAL_ASCENT_H_
