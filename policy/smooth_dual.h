// SPDX-License-Identifier: MIT
// The dual function of the planning problem, smoothed: each sample takes a soft minimum over its
// forms (a logit choice, McFadden 1974) in place of the least, so that the function has a gradient
// and a curvature. The dual of a linear program is concave but all edges; with smoothing that goes
// to zero Newton's method finds its top in a few dozen evaluations, whatever the number of samples
// (Nesterov, "Smooth minimization of non-smooth functions", 2005).
//
// Const after construction; the problem must outlive it.
#ifndef TENSORFS_POLICY_SMOOTH_DUAL_H_
#define TENSORFS_POLICY_SMOOTH_DUAL_H_

#include <cstddef>
#include <span>
#include <vector>

#include "policy/form_prices.h"
#include "policy/plan_problem.h"

namespace tensorfs {

// Widths in seconds for a read: of the jitter (policy/form_prices.h), and of the soft minimum.
struct Smoothing {
  double jitter_s = 0;
  double soft_s = 0;
};

// At one point of the search.
struct DualValue {
  double value_s = 0;
  // For a resource the time that the soft choices take of it; for a space the part of its limit
  // that they take, less 1.
  std::vector<double> gradient;
  std::vector<double> curvature;  // of the negated function, row by row; positive semidefinite
};

class SmoothDual {
 public:
  explicit SmoothDual(const PlanProblem* problem);

  // The search's coordinates: one for each resource that is finite, then one for each such space,
  // whose price is that of the whole limit, in seconds.
  size_t resources() const { return resources_; }
  size_t size() const { return rows_.size(); }

  DualValue Evaluate(const std::vector<double>& point, const Smoothing& smoothing) const;

  Prices PricesAt(const std::vector<double>& point, double jitter_s) const;

 private:
  enum class Kind { kCpu, kDevice, kSpace };
  struct Row {
    Kind kind;
    size_t index;
  };
  // What one unit of a form's use takes of the rows; size(): of none.
  struct FormRows {
    size_t device;
    size_t space;
    double per_byte_read = 0;
    double per_byte_kept = 0;
  };
  class Sum;

  size_t RowOf(Kind kind, size_t index) const;

  const PlanProblem* const problem_;
  std::vector<Row> rows_;
  std::vector<FormRows> forms_;
  size_t resources_ = 0;
  size_t cpu_row_ = 0;
  double per_cpu_s_ = 0;
};

// The dual function itself: a lower bound on the time of every choice, at any prices.
double DualBound(const PlanProblem& problem, const Prices& prices);

}  // namespace tensorfs

#endif  // TENSORFS_POLICY_SMOOTH_DUAL_H_
