// SPDX-License-Identifier: MIT
#include "policy/form_prices.h"

namespace tensorfs {
namespace {

// Of one unit of a resource, of which there are `capacity` a second.
double UnitPrice(double price, double capacity) {
  return capacity > 0 ? price / capacity : FormPrices::kImpossible;
}

}  // namespace

FormPrices::FormPrices(const PlanRules& rules, const Prices& prices)
    : per_cpu_s_(UnitPrice(prices.cpu, rules.cores)), jitter_s_(prices.jitter_s) {
  for (const FormPlace& place : rules.forms) {
    const auto device = static_cast<size_t>(place.device);
    Form form = {
        .per_byte_read = UnitPrice(prices.device[device], rules.device_bytes_per_s[device]),
        .per_byte_kept = 0};
    if (place.space >= 0) {
      const auto space = static_cast<size_t>(place.space);
      form.per_byte_kept = rules.space_limit_bytes[space] > 0 ? prices.space[space] : kImpossible;
    }
    forms_.push_back(form);
  }
}

int FormPrices::Choose(std::span<const FormUse> uses, double weight, uint64_t id) const {
  std::array<double, kMaxForms> costs;
  const double least = Costs(uses, weight, costs);
  if (least == kImpossible) return -1;
  // Dearer by more than all the jitter there can be: never chosen.
  const double within = least + weight * jitter_s_;
  int best = -1;
  double best_cost = kImpossible;
  for (size_t f = 0; f < uses.size(); ++f) {
    if (!(costs[f] <= within)) continue;
    const double cost = costs[f] + weight * jitter_s_ * JitterOf(id, f);
    if (cost < best_cost) {
      best = static_cast<int>(f);
      best_cost = cost;
    }
  }
  return best;
}

}  // namespace tensorfs
