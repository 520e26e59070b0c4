// SPDX-License-Identifier: MIT
#include "policy/plan_usage.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace tensorfs {
namespace {

double SecondsAt(double amount, double per_s) {
  if (amount <= 0) return 0;
  return per_s > 0 ? amount / per_s : std::numeric_limits<double>::infinity();
}

}  // namespace

PlanUsage EvaluateChoice(const PlanProblem& problem, std::span<const uint8_t> choice) {
  double cpu_s = 0;
  std::vector<double> device_bytes(problem.device_bytes_per_s.size());
  PlanUsage usage;
  usage.space_bytes.resize(problem.space_limit_bytes.size());
  for (size_t i = 0; i < choice.size(); ++i) {
    const FormPlace& place = problem.forms[choice[i]];
    const FormUse& use = problem.UsesOf(i)[choice[i]];
    if (!std::isfinite(use.cpu_s)) continue;
    const double weight = problem.WeightOf(i);
    cpu_s += weight * use.cpu_s;
    device_bytes[static_cast<size_t>(place.device)] += weight * use.read_bytes;
    if (place.space >= 0) usage.space_bytes[static_cast<size_t>(place.space)] += use.space_bytes;
  }
  usage.cpu_s = SecondsAt(cpu_s, problem.cores);
  usage.epoch_s = usage.cpu_s;
  for (size_t d = 0; d < device_bytes.size(); ++d) {
    usage.device_s.push_back(SecondsAt(device_bytes[d], problem.device_bytes_per_s[d]));
    usage.epoch_s = std::max(usage.epoch_s, usage.device_s.back());
  }
  return usage;
}

std::vector<uint8_t> ChoiceOf(const PlanProblem& problem, int form, int otherwise) {
  const auto index = static_cast<size_t>(form);
  const int space = problem.forms[index].space;
  double left_bytes = space < 0 ? std::numeric_limits<double>::infinity()
                                : problem.space_limit_bytes[static_cast<size_t>(space)];
  std::vector<uint8_t> choice(problem.samples(), static_cast<uint8_t>(otherwise));
  for (size_t i = 0; i < choice.size(); ++i) {
    const FormUse& use = problem.UsesOf(i)[index];
    if (!std::isfinite(use.cpu_s) || use.space_bytes > left_bytes) continue;
    choice[i] = static_cast<uint8_t>(form);
    left_bytes -= use.space_bytes;
  }
  return choice;
}

}  // namespace tensorfs
