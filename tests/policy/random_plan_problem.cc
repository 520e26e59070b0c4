// SPDX-License-Identifier: MIT
#include "tests/policy/random_plan_problem.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

namespace tensorfs {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();

void DrawMachine(PlanRandom& random, PlanProblem& problem) {
  const size_t devices = 1 + random.Below(3);
  const size_t spaces = random.Below(3);
  const size_t forms = 2 + random.Below(7);
  problem.cores = random.Between(0.5, 16);
  for (size_t d = 0; d < devices; ++d) {
    double bytes_per_s = random.Magnitude(1e7, 5e9);
    if (random.OneIn(8)) bytes_per_s = kInfinity;
    if (d > 0 && random.OneIn(10)) bytes_per_s = 0;
    problem.device_bytes_per_s.push_back(bytes_per_s);
  }
  problem.space_limit_bytes.resize(spaces);
  for (size_t f = 0; f < forms; ++f) {
    FormPlace place;
    if (f > 0) place.device = static_cast<int>(random.Below(devices));
    if (f > 0 && spaces > 0 && !random.OneIn(3))
      place.space = static_cast<int>(random.Below(spaces));
    problem.forms.push_back(place);
  }
}

// What all samples would take, form by form.
std::vector<double> DrawSamples(PlanRandom& random, size_t samples, PlanProblem& problem) {
  std::vector<FormUse> typical;
  for (size_t f = 0; f < problem.forms.size(); ++f) {
    typical.push_back({.cpu_s = static_cast<float>(random.Magnitude(1e-4, 2e-2)),
                       .read_bytes = static_cast<float>(random.Magnitude(2e4, 2e6)),
                       .space_bytes = 0});
  }
  const double size_spreads[] = {1, 1.05, 4};
  const size_t kind = random.Below(3);
  const double spread = kind == 2 ? 2 : 1;  // of one form against another
  const bool weighted = random.OneIn(2);
  std::vector<double> space_bytes(problem.forms.size());
  for (size_t i = 0; i < samples; ++i) {
    const double size = random.Magnitude(1 / size_spreads[kind], size_spreads[kind]);
    if (weighted) problem.weights.push_back(static_cast<float>(random.Magnitude(0.1, 10)));
    for (size_t f = 0; f < problem.forms.size(); ++f) {
      FormUse use = typical[f];
      use.cpu_s *= static_cast<float>(size * random.Magnitude(1 / spread, spread));
      use.read_bytes *= static_cast<float>(size * random.Magnitude(1 / spread, spread));
      if (problem.forms[f].space >= 0) use.space_bytes = use.read_bytes;
      if (f > 0 && random.OneIn(12)) use.cpu_s = std::numeric_limits<float>::infinity();
      space_bytes[f] += use.space_bytes;
      problem.uses.push_back(use);
    }
  }
  return space_bytes;
}

}  // namespace

double PlanRandom::Magnitude(double low, double high) {
  return std::exp(Between(std::log(low), std::log(high)));
}

PlanProblem RandomPlanProblem(uint32_t seed, size_t samples) {
  PlanRandom random(seed);
  PlanProblem problem;
  DrawMachine(random, problem);
  const std::vector<double> space_bytes = DrawSamples(random, samples, problem);
  for (size_t k = 0; k < problem.space_limit_bytes.size(); ++k) {
    double most = 0;
    for (size_t f = 0; f < problem.forms.size(); ++f) {
      if (problem.forms[f].space == static_cast<int>(k)) most = std::max(most, space_bytes[f]);
    }
    double limit_bytes = most * random.Between(0.02, 0.8);
    if (random.OneIn(6)) limit_bytes = kInfinity;
    if (random.OneIn(10)) limit_bytes = 0;
    problem.space_limit_bytes[k] = limit_bytes;
  }
  return problem;
}

PlanProblem AlikePlanProblem(size_t samples) {
  PlanProblem problem;
  problem.cores = 1;
  problem.device_bytes_per_s = {50e6};
  problem.forms = {{.device = 0, .space = -1}, {.device = 0, .space = -1}};
  for (size_t i = 0; i < samples; ++i) {
    problem.uses.push_back({.cpu_s = 10e-3F, .read_bytes = 100e3F, .space_bytes = 0});
    problem.uses.push_back({.cpu_s = 2e-3F, .read_bytes = 500e3F, .space_bytes = 0});
  }
  return problem;
}

}  // namespace tensorfs
