// SPDX-License-Identifier: MIT
#include "tools/profile/mixed_plan.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "policy/candidate_forms.h"
#include "policy/cost_model.h"
#include "policy/planned_space.h"
#include "policy/planner.h"
#include "policy/problem_builder.h"
#include "tools/pipeline_file.h"

namespace tensorfs {
namespace {

constexpr DeviceRoles kOneDisk = {.source = 0, .store = 0, .cache = std::nullopt};

std::vector<KnownSample> SamplesOf(const Profile& profile) {
  std::vector<KnownSample> samples;
  for (const SampleFeatures& features : profile.set.measured) {
    samples.push_back({.id = samples.size(), .features = features, .reads = 1});
  }
  return samples;
}

// A profile's strategies as they were judged on a machine.
class Strategies {
 public:
  Strategies(const Profile& profile, std::span<const JudgedStrategy> judged)
      : profile_(profile), judged_(judged) {}

  const Strategy& Of(const JudgedStrategy& judged) const {
    return profile_.strategies[judged.index];
  }
  const JudgedStrategy& source() const { return *std::ranges::find(judged_, size_t{0}, kIndex); }
  // Null if it was not measured.
  const JudgedStrategy* Find(std::string_view form) const {
    const auto found = std::ranges::find_if(
        judged_, [&](const JudgedStrategy& each) { return Of(each).form == form; });
    return found == judged_.end() ? nullptr : &*found;
  }

 private:
  static constexpr auto kIndex = &JudgedStrategy::index;

  const Profile& profile_;
  const std::span<const JudgedStrategy> judged_;
};

// What one sample that can take the strategy's form takes in the mean: the others of the strategy
// are sources.
double OfTakers(double mean, double of_source, double share) {
  return share > 0 ? std::max((mean - (1 - share) * of_source) / share, 0.0) : mean;
}

// What makes the model's predictions those of the measured strategies, in the mean.
class Corrections {
 public:
  Corrections(const Strategies& strategies, PlanProblem* problem)
      : strategies_(strategies), problem_(problem) {}

  void Apply(size_t form, const JudgedStrategy& judged) {
    const ReadDemand& source = strategies_.source().demand;
    const Strategy& measured = strategies_.Of(judged);
    const ReadDemand& demand = judged.demand;
    Scale(form, &FormUse::cpu_s,
          OfTakers(CoreSeconds(demand), CoreSeconds(source), measured.share));
    Scale(form, &FormUse::read_bytes,
          OfTakers(demand.read_bytes, source.read_bytes, measured.share));
    Scale(form, &FormUse::space_bytes, OfTakers(measured.stored_bytes, 0, measured.share));
  }

  // A form beyond a step that stays online, or one that was not measured for want of room.
  void RuleOut(size_t form) {
    ForEachUse(form, [](FormUse& use) { use.cpu_s = FormCost::kNever; });
  }

 private:
  void Scale(size_t form, float FormUse::*part, double wanted) {
    double sum = 0;
    double count = 0;
    ForEachUse(form, [&](const FormUse& use) {
      sum += use.*part;
      count += 1;
    });
    if (!(sum > 0) || !(wanted > 0)) return;
    const auto factor = static_cast<float>(wanted * count / sum);
    ForEachUse(form, [&](FormUse& use) { use.*part *= factor; });
  }

  template <typename Visit>
  void ForEachUse(size_t form, const Visit& visit) {
    for (size_t i = form; i < problem_->uses.size(); i += problem_->forms.size()) {
      if (std::isfinite(problem_->uses[i].cpu_s)) visit(problem_->uses[i]);
    }
  }

  const Strategies& strategies_;
  PlanProblem* const problem_;
};

// By CPU seconds and bytes as they were counted, as for a single strategy.
std::string BindingOf(const std::vector<MixedPlan::Part>& parts, const Strategies& strategies,
                      const Capacity& machine) {
  const Strategy& source = strategies.Of(strategies.source());
  ReadDemand sum;
  for (const MixedPlan::Part& part : parts) {
    const JudgedStrategy* const judged = strategies.Find(part.form);
    if (judged == nullptr) continue;  // never planned: it was ruled out
    const Strategy& each = strategies.Of(*judged);
    sum.cpu_s += part.share * OfTakers(each.cpu_s, source.cpu_s, each.share);
    sum.read_bytes += part.share * OfTakers(each.read_bytes, source.read_bytes, each.share);
  }
  const Resource busier = PredictRate(sum, machine).binding;
  if (busier == Resource::kBoth) return "CPU and disk";
  return busier == Resource::kCpu ? "CPU" : "disk";
}

// Each form is prepared for its part of the samples that can take it.
double PrepareSecondsOf(const std::vector<MixedPlan::Part>& parts, const Strategies& strategies) {
  double prepare_s = 0;
  for (const MixedPlan::Part& part : parts) {
    const JudgedStrategy* const judged = strategies.Find(part.form);
    if (judged == nullptr) continue;  // never planned: it was ruled out
    const double takers = strategies.Of(*judged).share;
    if (takers > 0) prepare_s += judged->prepare_s * part.share / takers;
  }
  return prepare_s;
}

std::vector<MixedPlan::Part> PartsOf(const Plan& plan, const CostModel& model) {
  std::vector<MixedPlan::Part> parts;
  for (size_t form = 0; form < model.forms().size(); ++form) {
    const auto samples = std::ranges::count(plan.choice, static_cast<uint8_t>(form));
    if (samples == 0) continue;
    parts.push_back(
        {.form = ToString(model.forms()[form], model.pipeline()),
         .share = static_cast<double>(samples) / static_cast<double>(plan.choice.size())});
  }
  std::ranges::stable_sort(parts, std::greater<>(), &MixedPlan::Part::share);
  return parts;
}

// All of the machine moves samples first, then reads them; source:original is read meanwhile.
double PaysAfter(double move_s, double rate, double original_rate) {
  if (move_s <= 0) return 0;
  if (!(rate > original_rate)) return std::numeric_limits<double>::infinity();
  return move_s * rate / (rate - original_rate);
}

double RateOf(double samples, double epoch_s) {
  return epoch_s > 0 ? samples / epoch_s : std::numeric_limits<double>::infinity();
}

void Correct(const CostModel& model, const Strategies& strategies, PlanProblem* problem) {
  Corrections corrections(strategies, problem);
  for (size_t form = 0; form < model.forms().size(); ++form) {
    const JudgedStrategy* const judged =
        strategies.Find(ToString(model.forms()[form], model.pipeline()));
    judged != nullptr ? corrections.Apply(form, *judged) : corrections.RuleOut(form);
  }
}

}  // namespace

Result<MixedPlan> PlanMix(const Profile& profile, std::span<const JudgedStrategy> judged,
                          const Capacity& machine, std::optional<uint64_t> store_limit_bytes) {
  auto pipeline = ParsePipeline(profile.pipeline_toml, "the profile's pipeline");
  if (!pipeline) return tl::unexpected(pipeline.error());
  const std::vector<KnownSample> samples = SamplesOf(profile);
  if (samples.empty() || profile.set.samples == 0) {
    return Fail(ErrorCode::kInvalidArgument, "the profile has no measured samples");
  }
  CostModel model(*pipeline, CandidateForms(*pipeline));
  if (auto restored = model.Restore(profile.cost_model); !restored) {
    return tl::unexpected(restored.error());
  }
  const ProblemBuilder builder(&model, kOneDisk);
  MachineCapacity capacity{.cores = machine.cores,
                           .device_bytes_per_s = {machine.disk_bytes_per_s}};
  capacity.read_cpu_s = profile.strategies.front().filesystem_cpu_s;
  if (store_limit_bytes) {
    capacity.store_limit_bytes = kUsableSpace * static_cast<double>(*store_limit_bytes);
  }
  const auto count = static_cast<double>(samples.size());
  const double part = std::min(count / static_cast<double>(profile.set.samples), 1.0);
  const Strategies strategies(profile, judged);
  PlanProblem problem = builder.Build(samples, capacity, part);
  Correct(model, strategies, &problem);
  const Plan plan = MakePlan(problem);

  const std::vector<uint8_t> originals(samples.size(), 0);
  const double original_rate = RateOf(count, EvaluateChoice(problem, originals).epoch_s);
  MixedPlan mix;
  mix.parts = PartsOf(plan, model);
  mix.samples_per_s = RateOf(count, plan.epoch_s);
  mix.bound_samples_per_s = RateOf(count, plan.bound_s);
  mix.stored_bytes_all = plan.space_bytes[0] / part;
  mix.move_s = PrepareSecondsOf(mix.parts, strategies);
  mix.pays_after_s = PaysAfter(mix.move_s, mix.samples_per_s, original_rate);
  mix.binding = BindingOf(mix.parts, strategies, machine);
  return mix;
}

}  // namespace tensorfs
