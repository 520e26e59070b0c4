// SPDX-License-Identifier: MIT
// Prices of the machine's resources, and the form that is cheapest for a sample at them. Plain
// values and a const table: thread-safe.
//
// Many samples may cost the same, and a good plan then splits them between forms that tie. So each
// sample sees each form dearer by a little of its own, a hash of its id and the form times
// `jitter_s`: the price difference between two forms then decides which share of the samples takes
// which, smoothly. The hash never changes, so a small change of prices moves only the samples at
// the edge of a share, new samples split in the same proportion as those that were planned, and
// nothing of it has to be kept. Costs that waver by more than the jitter, each sample's on its own,
// would shuffle samples that tie: errors of a cost model should be common to all. (Jitter of the
// price of each resource would do too, but not split forms that differ in nothing but the space
// they lie in.)
#ifndef TENSORFS_POLICY_FORM_PRICES_H_
#define TENSORFS_POLICY_FORM_PRICES_H_

#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>
#include <vector>

#include "policy/plan_problem.h"

namespace tensorfs {

// cpu and all of device sum to 1: how much a second of each resource's time makes the epoch longer.
struct Prices {
  double cpu = 1;
  std::vector<double> device;
  std::vector<double> space;  // seconds of the epoch for a byte
  double jitter_s = 0;        // for a read
};

// The jitter of one sample in one form, in [0, 1), evenly distributed.
inline double JitterOf(uint64_t id, size_t form) {
  // The finaliser of SplitMix64 (Steele, Lea and Flood, "Fast splittable pseudorandom number
  // generators", 2014), twice, so that neither ids nor forms that differ by one correlate.
  const auto mix = [](uint64_t x) {
    x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9;
    x = (x ^ (x >> 27)) * 0x94d049bb133111eb;
    return x ^ (x >> 31);
  };
  const uint64_t bits = mix(mix(id + 0x9e3779b97f4a7c15) + form * 0x9e3779b97f4a7c15);
  return static_cast<double>(bits >> 11) * 0x1p-53;
}

// The prices of one sample's reads in each form.
class FormPrices {
 public:
  static constexpr size_t kMaxForms = 256;
  static constexpr double kImpossible = std::numeric_limits<double>::infinity();

  FormPrices(const PlanRules& rules, const Prices& prices);

  size_t forms() const { return forms_.size(); }

  // Without jitter; kImpossible if the sample cannot take the form.
  double Cost(const FormUse& use, size_t form, double weight) const {
    if (!(use.cpu_s <= std::numeric_limits<float>::max())) return kImpossible;
    const Form& price = forms_[form];
    return weight * (Times(use.cpu_s, per_cpu_s_) + Times(use.read_bytes, price.per_byte_read)) +
           Times(use.space_bytes, price.per_byte_kept);
  }

  // The costs of all forms into `costs`, without jitter; returns the least.
  double Costs(std::span<const FormUse> uses, double weight, std::span<double> costs) const {
    double least = kImpossible;
    for (size_t f = 0; f < uses.size(); ++f) {
      costs[f] = Cost(uses[f], f, weight);
      if (costs[f] < least) least = costs[f];
    }
    return least;
  }

  // The cheapest form with jitter; the first of equals; -1 if the sample can take none.
  int Choose(std::span<const FormUse> uses, double weight, uint64_t id) const;

  double jitter_s() const { return jitter_s_; }

 private:
  struct Form {
    double per_byte_read;
    double per_byte_kept;
  };

  // What is not needed costs nothing, even at an infinite price.
  static double Times(double amount, double price) { return amount > 0 ? amount * price : 0; }

  double per_cpu_s_;
  double jitter_s_;
  std::vector<Form> forms_;
};

}  // namespace tensorfs

#endif  // TENSORFS_POLICY_FORM_PRICES_H_
