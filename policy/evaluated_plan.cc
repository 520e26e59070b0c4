// SPDX-License-Identifier: MIT
#include "policy/evaluated_plan.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

namespace tensorfs {
namespace {

// What lies there already may stay, even a little above what is planned for.
constexpr double kTolerance = 1.05;
constexpr double kRounding = 1 + 1e-9;  // of sums

bool IsOverLimit(const PlanUsage& usage, const std::vector<double>& limits, double tolerance) {
  for (size_t space = 0; space < limits.size(); ++space) {
    if (usage.space_bytes[space] > tolerance * limits[space]) return true;
  }
  return false;
}

// What every sample takes for itself at the prices.
std::vector<uint8_t> ChooseByPrices(const PlanProblem& problem, const Prices& prices) {
  const FormPrices priced(problem, prices);
  std::vector<uint8_t> choice;
  for (size_t i = 0; i < problem.samples(); ++i) {
    const int form = priced.Choose(problem.UsesOf(i), problem.WeightOf(i), problem.IdOf(i));
    choice.push_back(static_cast<uint8_t>(std::max(form, 0)));
  }
  return choice;
}

}  // namespace

void ForgetIdlePrices(const PlanProblem& problem, Plan& plan) {
  constexpr double kNearlyFull = 0.98;
  for (size_t space = 0; space < plan.prices.space.size(); ++space) {
    double& price = plan.prices.space[space];
    const double limit = problem.space_limit_bytes[space];
    if (price == 0 || plan.space_bytes[space] >= kNearlyFull * limit) continue;
    const double before = std::exchange(price, 0);
    const PlanUsage usage = EvaluateChoice(problem, ChooseByPrices(problem, plan.prices));
    if (usage.space_bytes[space] > limit) price = before;
  }
}

EvaluatedPlan::EvaluatedPlan(const ProblemBuilder& builder, std::vector<KnownSample> some,
                             size_t all, const MachineCapacity& machine)
    : samples(std::move(some)) {
  const double part =
      static_cast<double>(samples.size()) / static_cast<double>(std::max<size_t>(all, 1));
  problem = builder.Build(samples, machine, part);
  // A form that is none of ours costs about what its source does.
  const auto known = [&](FormIndex form) -> uint8_t { return form < builder.forms() ? form : 0; };
  const auto cached = static_cast<uint8_t>(builder.forms() - 1);  // where there is a cache
  std::vector<uint8_t> served;
  for (const KnownSample& sample : samples) {
    kept.push_back(known(sample.kept));
    served.push_back(sample.in_cache ? cached : kept.back());
    target.push_back(known(sample.target()));
  }
  kept_usage = EvaluateChoice(problem, served);
  target_usage = EvaluateChoice(problem, target);
  const PlanProblem around_pins = ProblemAroundPins();
  const std::vector<double>& limits = around_pins.space_limit_bytes;
  best = MakePlan(around_pins);
  ForgetIdlePrices(around_pins, best);
  best_is_over_limit = IsOverLimit(best, limits, kRounding);
  target_is_over_limit = IsOverLimit(EvaluateChoice(around_pins, target), limits, kTolerance);
  best.space_bytes = EvaluateChoice(problem, best.choice).space_bytes;
  for (const float each : problem.weights) weight += each;
}

// Pinned samples have but one form, whose space is taken off the limit.
PlanProblem EvaluatedPlan::ProblemAroundPins() const {
  PlanProblem around = problem;
  const size_t forms = problem.forms.size();
  for (size_t i = 0; i < samples.size(); ++i) {
    if (!samples[i].is_pinned()) continue;
    const size_t pinned = target[i];
    for (size_t form = 0; form < forms; ++form) {
      FormUse& use = around.uses[i * forms + form];
      if (form != pinned) use.cpu_s = std::numeric_limits<float>::infinity();
    }
    FormUse& use = around.uses[i * forms + pinned];
    const int space = problem.forms[pinned].space;
    if (space < 0 || !std::isfinite(use.cpu_s)) continue;
    double& limit = around.space_limit_bytes[static_cast<size_t>(space)];
    limit = std::max(0.0, limit - use.space_bytes);
    use.space_bytes = 0;
  }
  return around;
}

bool EvaluatedPlan::MustBeReplaced() const {
  return target_is_over_limit && !best_is_over_limit && best.choice != target;
}

std::unordered_map<uint64_t, FormIndex> EvaluatedPlan::Choices() const {
  std::unordered_map<uint64_t, FormIndex> choices;
  for (size_t i = 0; i < samples.size(); ++i) {
    if (!samples[i].is_pinned()) choices.emplace(samples[i].id, best.choice[i]);
  }
  return choices;
}

}  // namespace tensorfs
