// SPDX-License-Identifier: MIT
#include "policy/plan_rounding.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <functional>
#include <optional>
#include <queue>

namespace tensorfs {
namespace {

// Samples near a tie that are tried elsewhere, and how near to the bound is near enough.
constexpr size_t kTriedSamples = 1024;
constexpr double kNearBound = 1.001;
constexpr size_t kLeastMoves = 16;

using Costs = std::array<double, FormPrices::kMaxForms>;

// A choice, and what it takes of each resource and space as samples move.
class Rounding {
 public:
  Rounding(const PlanProblem* problem, const Prices* prices)
      : problem_(problem),
        prices_(*problem, *prices),
        device_bytes_(problem->device_bytes_per_s.size()),
        space_bytes_(problem->space_limit_bytes.size()) {
    choice_.reserve(problem->samples());
    for (size_t i = 0; i < problem->samples(); ++i) {
      const int form = prices_.Choose(problem->UsesOf(i), problem->WeightOf(i), problem->IdOf(i));
      choice_.push_back(static_cast<uint8_t>(std::max(form, 0)));
      if (form >= 0) Add(i, static_cast<size_t>(form), 1);
    }
  }

  void FitSpaces() {
    for (size_t k = 0; k < space_bytes_.size(); ++k) {
      if (space_bytes_[k] > problem_->space_limit_bytes[k]) FitSpace(k);
    }
  }

  void Balance(double bound_s) {
    if (EpochSeconds() <= bound_s * kNearBound) return;
    const std::vector<size_t> tried = NearestToTie();
    const size_t most = std::max(kLeastMoves, choice_.size() / 200);
    for (size_t moves = 0; moves < most && EpochSeconds() > bound_s * kNearBound; ++moves) {
      const std::optional<Move> move = BestMove(tried);
      if (!move) return;
      Apply(*move);
    }
  }

  std::vector<uint8_t> Take() { return std::move(choice_); }

 private:
  struct Move {
    size_t sample;
    size_t form;
  };

  void Add(size_t sample, size_t form, double sign) {
    const FormPlace& place = problem_->forms[form];
    const FormUse& use = problem_->uses[sample * problem_->forms.size() + form];
    const double weight = sign * problem_->WeightOf(sample);
    cpu_s_ += weight * use.cpu_s;
    device_bytes_[static_cast<size_t>(place.device)] += weight * use.read_bytes;
    if (place.space >= 0) space_bytes_[static_cast<size_t>(place.space)] += sign * use.space_bytes;
  }

  void Apply(const Move& move) {
    Add(move.sample, choice_[move.sample], -1);
    Add(move.sample, move.form, 1);
    choice_[move.sample] = static_cast<uint8_t>(move.form);
  }

  static double SecondsAt(double amount, double per_s) { return amount > 0 ? amount / per_s : 0; }

  double EpochSeconds() const {
    double epoch_s = SecondsAt(cpu_s_, problem_->cores);
    for (size_t d = 0; d < device_bytes_.size(); ++d) {
      epoch_s = std::max(epoch_s, SecondsAt(device_bytes_[d], problem_->device_bytes_per_s[d]));
    }
    return epoch_s;
  }

  // Whether the sample's payload in this form would fit beside the others'.
  bool Fits(size_t sample, size_t form) const {
    const int space = problem_->forms[form].space;
    if (space < 0) return true;
    const auto k = static_cast<size_t>(space);
    const double limit_bytes = problem_->space_limit_bytes[k];
    const size_t now = choice_[sample];
    double bytes = space_bytes_[k] + problem_->UsesOf(sample)[form].space_bytes;
    if (problem_->forms[now].space == space) bytes -= problem_->UsesOf(sample)[now].space_bytes;
    return bytes <= limit_bytes;
  }

  // Samples leave the space in the order of what that costs for each byte.
  void FitSpace(size_t space) {
    struct Leaver {
      double cost_per_byte;
      uint32_t sample;
      bool operator>(const Leaver& other) const { return cost_per_byte > other.cost_per_byte; }
    };
    std::vector<Leaver> leavers;
    for (size_t i = 0; i < choice_.size(); ++i) {
      if (problem_->forms[choice_[i]].space != static_cast<int>(space)) continue;
      const double bytes = problem_->UsesOf(i)[choice_[i]].space_bytes;
      Costs costs;
      (void)prices_.Costs(problem_->UsesOf(i), problem_->WeightOf(i), costs);
      if (const auto form = CheapestOutside(i, space, costs); form && bytes > 0) {
        leavers.push_back({(costs[*form] - costs[choice_[i]]) / bytes, static_cast<uint32_t>(i)});
      }
    }
    std::priority_queue queue(std::greater<>(), std::move(leavers));
    for (; !queue.empty() && space_bytes_[space] > problem_->space_limit_bytes[space];
         queue.pop()) {
      const size_t i = queue.top().sample;
      Costs costs;
      (void)prices_.Costs(problem_->UsesOf(i), problem_->WeightOf(i), costs);
      if (const auto form = CheapestOutside(i, space, costs)) Apply({i, *form});
    }
  }

  std::optional<size_t> CheapestOutside(size_t sample, size_t space, const Costs& costs) const {
    std::optional<size_t> best;
    for (size_t f = 0; f < problem_->forms.size(); ++f) {
      const bool outside = problem_->forms[f].space != static_cast<int>(space) ||
                           problem_->UsesOf(sample)[f].space_bytes <= 0;
      if (!outside || !(costs[f] < FormPrices::kImpossible) || !Fits(sample, f)) continue;
      if (!best || costs[f] < costs[*best]) best = f;
    }
    return best;
  }

  std::vector<size_t> NearestToTie() const {
    std::vector<std::pair<float, uint32_t>> gaps;
    for (size_t i = 0; i < choice_.size(); ++i) {
      Costs costs;
      if (prices_.Costs(problem_->UsesOf(i), problem_->WeightOf(i), costs) ==
          FormPrices::kImpossible) {
        continue;
      }
      double next = FormPrices::kImpossible;
      for (size_t f = 0; f < problem_->forms.size(); ++f) {
        if (f != choice_[i] && costs[f] < next) next = costs[f];
      }
      if (next == FormPrices::kImpossible) continue;
      gaps.emplace_back(static_cast<float>(next - costs[choice_[i]]), static_cast<uint32_t>(i));
    }
    if (gaps.size() > kTriedSamples) {
      std::nth_element(gaps.begin(), gaps.begin() + kTriedSamples, gaps.end());
      gaps.resize(kTriedSamples);
    }
    std::vector<size_t> samples;
    for (const auto& gap : gaps) samples.push_back(gap.second);
    return samples;
  }

  // The move that shortens the epoch most.
  std::optional<Move> BestMove(const std::vector<size_t>& tried) {
    std::optional<Move> best;
    double best_s = EpochSeconds() * (1 - 1e-9);
    for (const size_t sample : tried) {
      for (size_t f = 0; f < problem_->forms.size(); ++f) {
        const FormUse& use = problem_->UsesOf(sample)[f];
        if (f == choice_[sample] || !std::isfinite(prices_.Cost(use, f, 1))) continue;
        if (!Fits(sample, f)) continue;
        const Move back = {sample, choice_[sample]};
        Apply({sample, f});
        if (const double epoch_s = EpochSeconds(); epoch_s < best_s) {
          best_s = epoch_s;
          best = {sample, f};
        }
        Apply(back);
      }
    }
    return best;
  }

  const PlanProblem* const problem_;
  const FormPrices prices_;
  std::vector<uint8_t> choice_;
  double cpu_s_ = 0;
  std::vector<double> device_bytes_;
  std::vector<double> space_bytes_;
};

}  // namespace

std::vector<uint8_t> RoundToForms(const PlanProblem& problem, const Prices& prices,
                                  double bound_s) {
  Rounding rounding(&problem, &prices);
  rounding.FitSpaces();
  rounding.Balance(bound_s);
  return rounding.Take();
}

}  // namespace tensorfs
