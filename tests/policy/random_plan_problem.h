// SPDX-License-Identifier: MIT
// Planning problems for tests, the same for the same seed on every machine.
#ifndef TENSORFS_TESTS_POLICY_RANDOM_PLAN_PROBLEM_H_
#define TENSORFS_TESTS_POLICY_RANDOM_PLAN_PROBLEM_H_

#include <cstddef>
#include <cstdint>
#include <random>

#include "policy/plan_problem.h"

namespace tensorfs {

class PlanRandom {
 public:
  explicit PlanRandom(uint32_t seed) : engine_(seed) {}

  size_t Below(size_t n) { return engine_() % n; }
  bool OneIn(size_t n) { return Below(n) == 0; }
  double Between(double low, double high) { return low + (high - low) * (engine_() * 0x1p-32); }
  // Evenly distributed logarithm.
  double Magnitude(double low, double high);

 private:
  std::mt19937 engine_;
};

// 1-3 devices (some infinite, some of nothing), 0-2 spaces (some infinite, some of nothing), 2-8
// forms, weights or none; samples that are all alike, nearly, or not at all; forms that some cannot
// take. Form 0 takes no space, lies on device 0 and suits all.
PlanProblem RandomPlanProblem(uint32_t seed, size_t samples);

// All samples alike, in two forms on one device: 10 ms and 100 kB, 2 ms and 500 kB. With 1 core and
// 50 MB/s the best plan has half of them in each.
PlanProblem AlikePlanProblem(size_t samples);

}  // namespace tensorfs

#endif  // TENSORFS_TESTS_POLICY_RANDOM_PLAN_PROBLEM_H_
