// SPDX-License-Identifier: MIT
#include "policy/smooth_dual.h"

#include <algorithm>
#include <array>
#include <cmath>

namespace tensorfs {
namespace {

// Beyond this many widths above the least cost a form's probability is nil (e^-30 = 1e-13).
constexpr double kSoftReach = 30;

bool IsFinite(double capacity) { return capacity > 0 && std::isfinite(capacity); }

}  // namespace

SmoothDual::SmoothDual(const PlanProblem* problem) : problem_(problem) {
  AddRow(Kind::kCpu, 0, problem->cores);
  for (size_t d = 0; d < problem->device_bytes_per_s.size(); ++d) {
    AddRow(Kind::kDevice, d, problem->device_bytes_per_s[d]);
  }
  resources_ = rows_.size();
  for (size_t k = 0; k < problem->space_limit_bytes.size(); ++k) {
    AddRow(Kind::kSpace, k, problem->space_limit_bytes[k]);
  }
  cpu_row_ = RowOf(Kind::kCpu, 0);
  if (cpu_row_ >= 0) per_cpu_s_ = 1 / problem->cores;
  for (const FormPlace& place : problem->forms) {
    FormRows form;
    form.device = RowOf(Kind::kDevice, static_cast<size_t>(place.device));
    if (form.device >= 0) {
      form.per_byte_read = 1 / problem->device_bytes_per_s[static_cast<size_t>(place.device)];
    }
    if (place.space >= 0) form.space = RowOf(Kind::kSpace, static_cast<size_t>(place.space));
    if (form.space >= 0) {
      form.per_byte_kept = 1 / problem->space_limit_bytes[static_cast<size_t>(place.space)];
    }
    forms_.push_back(form);
  }
}

void SmoothDual::AddRow(Kind kind, size_t index, double capacity) {
  if (IsFinite(capacity)) rows_.push_back({kind, index});
}

int SmoothDual::RowOf(Kind kind, size_t index) const {
  for (size_t r = 0; r < rows_.size(); ++r) {
    if (rows_[r].kind == kind && rows_[r].index == index) return static_cast<int>(r);
  }
  return -1;
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
  DualValue result = {.value_s = 0,
                      .gradient = std::vector<double>(size()),
                      .curvature = std::vector<double>(size() * size())};
  for (size_t r = resources_; r < size(); ++r) {
    result.value_s -= point[r];
    result.gradient[r] = -1;
  }
  std::array<double, FormPrices::kMaxForms> costs;
  std::vector<Candidate> candidates;
  for (size_t i = 0; i < problem_->samples(); ++i) {
    const double weight = problem_->WeightOf(i);
    const double least = prices.Costs(problem_->UsesOf(i), weight, costs);
    if (least == FormPrices::kImpossible) continue;
    const Sample sample = {i, weight, weight * smoothing.soft_s};
    const double jitter = weight * smoothing.jitter_s;
    const double within = least + jitter + kSoftReach * sample.soft;
    candidates.clear();
    for (size_t f = 0; f < forms_.size(); ++f) {
      if (!(costs[f] <= within)) continue;
      candidates.push_back({f, costs[f] + jitter * JitterOf(problem_->IdOf(i), f)});
    }
    result.value_s += SoftMinimum(sample, candidates);
    AddUse(sample, candidates, result);
  }
  return result;
}

// Leaves the candidates' probabilities in place of their costs.
double SmoothDual::SoftMinimum(const Sample& sample, std::vector<Candidate>& candidates) const {
  const auto least =
      std::min_element(candidates.begin(), candidates.end(),
                       [](const Candidate& a, const Candidate& b) { return a.cost < b.cost; });
  const double least_cost = least->cost;
  if (candidates.size() == 1 || sample.soft <= 0) {
    candidates = {{least->form, 1}};
    return least_cost;
  }
  double sum = 0;
  for (Candidate& candidate : candidates) {
    candidate.cost = std::exp((least_cost - candidate.cost) / sample.soft);
    sum += candidate.cost;
  }
  for (Candidate& candidate : candidates) candidate.cost /= sum;
  return least_cost - sample.soft * std::log(sum);
}

std::array<SmoothDual::Entry, 3> SmoothDual::EntriesOf(const Sample& sample, size_t form) const {
  const FormUse& use = problem_->uses[sample.index * forms_.size() + form];
  const FormRows& rows = forms_[form];
  return {{{cpu_row_, sample.weight * use.cpu_s * per_cpu_s_},
           {rows.device, sample.weight * use.read_bytes * rows.per_byte_read},
           {rows.space, use.space_bytes * rows.per_byte_kept}}};
}

void SmoothDual::AddUse(const Sample& sample, const std::vector<Candidate>& candidates,
                        DualValue& into) const {
  for (const Candidate& candidate : candidates) {
    for (const Entry& entry : EntriesOf(sample, candidate.form)) {
      if (entry.row < 0) continue;
      into.gradient[static_cast<size_t>(entry.row)] += candidate.cost * entry.amount;
    }
  }
  if (candidates.size() > 1) AddCurvature(sample, candidates, into);
}

// The covariance of what the forms take, by their probabilities.
void SmoothDual::AddCurvature(const Sample& sample, const std::vector<Candidate>& candidates,
                              DualValue& into) const {
  const size_t n = size();
  thread_local std::vector<double> mean;
  mean.assign(n, 0);
  for (const Candidate& candidate : candidates) {
    const auto entries = EntriesOf(sample, candidate.form);
    for (const Entry& a : entries) {
      if (a.row < 0) continue;
      const auto row = static_cast<size_t>(a.row);
      mean[row] += candidate.cost * a.amount;
      const double scaled = candidate.cost * a.amount / sample.soft;
      for (const Entry& b : entries) {
        if (b.row >= 0) into.curvature[row * n + static_cast<size_t>(b.row)] += scaled * b.amount;
      }
    }
  }
  for (size_t r = 0; r < n; ++r) {
    const double scaled = mean[r] / sample.soft;
    for (size_t c = 0; c < n; ++c) into.curvature[r * n + c] -= scaled * mean[c];
  }
}

double DualBound(const PlanProblem& problem, const Prices& prices) {
  const FormPrices priced(problem, prices);
  std::array<double, FormPrices::kMaxForms> costs;
  double bound_s = 0;
  for (size_t i = 0; i < problem.samples(); ++i) {
    const double least = priced.Costs(problem.UsesOf(i), problem.WeightOf(i), costs);
    if (least != FormPrices::kImpossible) bound_s += least;
  }
  for (size_t k = 0; k < prices.space.size(); ++k) {
    if (prices.space[k] > 0) bound_s -= prices.space[k] * problem.space_limit_bytes[k];
  }
  return std::max(bound_s, 0.0);
}

}  // namespace tensorfs
