// SPDX-License-Identifier: MIT
#include "policy/planner.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

#include "policy/plan_rounding.h"
#include "policy/price_search.h"
#include "policy/smooth_dual.h"

namespace tensorfs {
namespace {

// Whether a sample could take a form were it not for a capacity or a space of nothing.
bool HasSuitableForm(std::span<const FormUse> uses) {
  return std::any_of(uses.begin(), uses.end(),
                     [](const FormUse& use) { return std::isfinite(use.cpu_s); });
}

bool HasNothingOfSomething(const PlanRules& rules) {
  const auto is_nothing = [](double amount) { return !(amount > 0); };
  return is_nothing(rules.cores) ||
         std::any_of(rules.device_bytes_per_s.begin(), rules.device_bytes_per_s.end(),
                     is_nothing) ||
         std::any_of(rules.space_limit_bytes.begin(), rules.space_limit_bytes.end(), is_nothing);
}

bool CanServeAll(const PlanProblem& problem, const Prices& prices) {
  if (!HasNothingOfSomething(problem)) return true;
  const FormPrices priced(problem, prices);
  for (size_t i = 0; i < problem.samples(); ++i) {
    const auto uses = problem.UsesOf(i);
    if (priced.Choose(uses, 1, problem.IdOf(i)) < 0 && HasSuitableForm(uses)) return false;
  }
  return true;
}

}  // namespace

Plan MakePlan(const PlanProblem& problem) {
  Plan plan;
  plan.prices = FindPrices(problem);
  plan.bound_s = DualBound(problem, plan.prices);
  plan.choice = RoundToForms(problem, plan.prices, plan.bound_s);
  static_cast<PlanUsage&>(plan) = EvaluateChoice(problem, plan.choice);
  if (!CanServeAll(problem, plan.prices)) {
    plan.epoch_s = plan.bound_s = std::numeric_limits<double>::infinity();
  }
  return plan;
}

int ChooseForm(const PlanRules& rules, std::span<const FormUse> uses, double weight,
               const Prices& prices, uint64_t id) {
  return std::max(FormPrices(rules, prices).Choose(uses, weight, id), 0);
}

}  // namespace tensorfs
