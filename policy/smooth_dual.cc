// SPDX-License-Identifier: MIT
#include "policy/smooth_dual.h"

#include <algorithm>
#include <array>
#include <cmath>

namespace tensorfs {
namespace {

// So many widths above the least cost a form's probability is nil (e^-20 = 2e-9).
constexpr double kSoftReach = 20;

bool IsFinite(double capacity) { return capacity > 0 && std::isfinite(capacity); }

}  // namespace

// Adds up samples. Rows have one more element than the point, for what takes no row.
class SmoothDual::Sum {
 public:
  Sum(const SmoothDual* dual, const Smoothing& smoothing)
      : dual_(*dual),
        smoothing_(smoothing),
        rows_(dual->size() + 1),
        use_(rows_),
        mean_(rows_),
        covariance_(rows_ * rows_) {}

  // `costs` as of FormPrices::Costs, and the least of them.
  void Add(size_t sample, std::span<const double> costs, double least) {
    weight_ = dual_.problem_->WeightOf(sample);
    uses_ = dual_.problem_->UsesOf(sample);
    soft_ = weight_ * smoothing_.soft_s;
    FindCandidates(dual_.problem_->IdOf(sample), costs, least);
    if (count_ == 1) {
      AddUse(forms_[0], 1, use_);
    } else {
      AddSoftly();
    }
    value_s_ += least_;
  }

  DualValue Take() const {
    const size_t n = rows_ - 1;
    DualValue result = {.value_s = value_s_,
                        .gradient = {use_.begin(), use_.end() - 1},
                        .curvature = std::vector<double>(n * n)};
    for (size_t r = 0; r < n; ++r) {
      for (size_t c = 0; c < n; ++c) {
        const size_t lower = std::max(r, c) * rows_ + std::min(r, c);
        result.curvature[r * n + c] = covariance_[lower];
      }
    }
    return result;
  }

 private:
  struct Amounts {
    std::array<size_t, 3> row;
    std::array<double, 3> amount;
  };

  Amounts AmountsOf(size_t form) const {
    const FormRows& rows = dual_.forms_[form];
    const FormUse& use = uses_[form];
    return {{dual_.cpu_row_, rows.device, rows.space},
            {weight_ * use.cpu_s * dual_.per_cpu_s_, weight_ * use.read_bytes * rows.per_byte_read,
             use.space_bytes * rows.per_byte_kept}};
  }

  void AddUse(size_t form, double probability, std::vector<double>& into) const {
    const Amounts amounts = AmountsOf(form);
    for (size_t k = 0; k < 3; ++k) into[amounts.row[k]] += probability * amounts.amount[k];
  }

  // The forms that may be the cheapest once jitter is added, and their costs with it.
  void FindCandidates(uint64_t id, std::span<const double> costs, double least) {
    const double jitter = weight_ * smoothing_.jitter_s;
    const double reach = kSoftReach * soft_;
    const double within = least + jitter + reach;
    least_ = FormPrices::kImpossible;
    count_ = 0;
    for (size_t f = 0; f < costs.size(); ++f) {
      if (!(costs[f] <= within)) continue;
      const double cost = costs[f] + jitter * JitterOf(id, f);
      if (cost > least_ + reach) continue;
      least_ = std::min(least_, cost);
      forms_[count_] = f;
      costs_[count_++] = cost;
    }
    if (count_ == 1) return;
    size_t kept = 0;
    for (size_t k = 0; k < count_; ++k) {
      // Of equals the first, where nothing is soft.
      if (reach > 0 ? costs_[k] > least_ + reach : kept == 1 || costs_[k] > least_) continue;
      forms_[kept] = forms_[k];
      costs_[kept++] = costs_[k];
    }
    count_ = kept;
  }

  // Turns the least cost into the soft minimum, and adds the mean and the covariance of what the
  // candidates take, by their probabilities.
  void AddSoftly() {
    double sum = 0;
    for (size_t k = 0; k < count_; ++k) {
      costs_[k] = std::exp((least_ - costs_[k]) / soft_);
      sum += costs_[k];
    }
    least_ -= soft_ * std::log(sum);
    std::fill(mean_.begin(), mean_.end(), 0);
    for (size_t k = 0; k < count_; ++k) {
      const double probability = costs_[k] / sum;
      AddUse(forms_[k], probability, mean_);
      AddSquare(AmountsOf(forms_[k]), probability / soft_);
    }
    for (size_t r = 0; r < rows_; ++r) {
      use_[r] += mean_[r];
      const double scaled = mean_[r] / soft_;
      for (size_t c = 0; c <= r; ++c) covariance_[r * rows_ + c] -= scaled * mean_[c];
    }
  }

  // A form's rows are in ascending order: the lower triangle suffices.
  void AddSquare(const Amounts& amounts, double factor) {
    for (size_t a = 0; a < 3; ++a) {
      const double scaled = factor * amounts.amount[a];
      for (size_t b = 0; b <= a; ++b) {
        covariance_[amounts.row[a] * rows_ + amounts.row[b]] += scaled * amounts.amount[b];
      }
    }
  }

  const SmoothDual& dual_;
  const Smoothing smoothing_;
  const size_t rows_;
  double value_s_ = 0;
  std::vector<double> use_;
  std::vector<double> mean_;
  std::vector<double> covariance_;  // lower triangle

  // The sample at hand.
  double weight_ = 0;
  double soft_ = 0;
  std::span<const FormUse> uses_;
  size_t count_ = 0;
  double least_ = 0;
  std::array<size_t, FormPrices::kMaxForms> forms_;
  std::array<double, FormPrices::kMaxForms> costs_;  // then the probabilities, not yet of sum 1
};

SmoothDual::SmoothDual(const PlanProblem* problem) : problem_(problem) {
  if (IsFinite(problem->cores)) {
    rows_.push_back({Kind::kCpu, 0});
    per_cpu_s_ = 1 / problem->cores;
  }
  for (size_t d = 0; d < problem->device_bytes_per_s.size(); ++d) {
    if (IsFinite(problem->device_bytes_per_s[d])) rows_.push_back({Kind::kDevice, d});
  }
  resources_ = rows_.size();
  for (size_t k = 0; k < problem->space_limit_bytes.size(); ++k) {
    if (IsFinite(problem->space_limit_bytes[k])) rows_.push_back({Kind::kSpace, k});
  }
  cpu_row_ = RowOf(Kind::kCpu, 0);
  for (const FormPlace& place : problem->forms) {
    const auto device = static_cast<size_t>(place.device);
    FormRows form = {.device = RowOf(Kind::kDevice, device), .space = size()};
    if (form.device < size()) form.per_byte_read = 1 / problem->device_bytes_per_s[device];
    if (place.space >= 0) {
      const auto space = static_cast<size_t>(place.space);
      form.space = RowOf(Kind::kSpace, space);
      if (form.space < size()) form.per_byte_kept = 1 / problem->space_limit_bytes[space];
    }
    forms_.push_back(form);
  }
}

size_t SmoothDual::RowOf(Kind kind, size_t index) const {
  const auto row = std::find_if(rows_.begin(), rows_.end(), [&](const Row& candidate) {
    return candidate.kind == kind && candidate.index == index;
  });
  return static_cast<size_t>(row - rows_.begin());
}

Prices SmoothDual::PricesAt(const std::vector<double>& point, double jitter_s) const {
  Prices prices = {.cpu = 0,
                   .device = std::vector<double>(problem_->device_bytes_per_s.size()),
                   .space = std::vector<double>(problem_->space_limit_bytes.size()),
                   .jitter_s = jitter_s};
  for (size_t r = 0; r < rows_.size(); ++r) {
    const size_t index = rows_[r].index;
    switch (rows_[r].kind) {
      case Kind::kCpu:
        prices.cpu = point[r];
        break;
      case Kind::kDevice:
        prices.device[index] = point[r];
        break;
      case Kind::kSpace:
        prices.space[index] = point[r] / problem_->space_limit_bytes[index];
        break;
    }
  }
  return prices;
}

DualValue SmoothDual::Evaluate(const std::vector<double>& point, const Smoothing& smoothing) const {
  const FormPrices prices(*problem_, PricesAt(point, smoothing.jitter_s));
  Sum sum(this, smoothing);
  std::array<double, FormPrices::kMaxForms> buffer;
  const std::span<double> costs(buffer.data(), forms_.size());
  for (size_t i = 0; i < problem_->samples(); ++i) {
    const double least = prices.Costs(problem_->UsesOf(i), problem_->WeightOf(i), costs);
    if (least < FormPrices::kImpossible) sum.Add(i, costs, least);
  }
  DualValue result = sum.Take();
  for (size_t r = resources_; r < size(); ++r) {
    result.value_s -= point[r];
    result.gradient[r] -= 1;
  }
  return result;
}

double DualBound(const PlanProblem& problem, const Prices& prices) {
  const FormPrices priced(problem, prices);
  std::array<double, FormPrices::kMaxForms> costs;
  double bound_s = 0;
  for (size_t i = 0; i < problem.samples(); ++i) {
    const double least = priced.Costs(problem.UsesOf(i), problem.WeightOf(i), costs);
    if (least < FormPrices::kImpossible) bound_s += least;
  }
  for (size_t k = 0; k < prices.space.size(); ++k) {
    if (prices.space[k] > 0) bound_s -= prices.space[k] * problem.space_limit_bytes[k];
  }
  return std::max(bound_s, 0.0);
}

}  // namespace tensorfs
