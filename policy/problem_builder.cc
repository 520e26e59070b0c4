// SPDX-License-Identifier: MIT
#include "policy/problem_builder.h"

#include <algorithm>

namespace tensorfs {
namespace {

enum Space { kStoreSpace, kCacheSpace };

// Beside a payload in the store: its record's head, key and catalog entry, about.
constexpr float kRecordBytes = 256;

double TensorBytes(const Pipeline& pipeline, const SampleFeatures& sample) {
  const auto spec = pipeline.SpecFor({.width = sample.width, .height = sample.height});
  return spec ? static_cast<double>(spec->SizeBytes()) : 0;
}

}  // namespace

double MeanReads(std::span<const KnownSample> samples) {
  double reads = 0;
  for (const KnownSample& sample : samples) reads += sample.recent_reads;
  return samples.empty() ? 0 : reads / static_cast<double>(samples.size());
}

float WeightOf(const KnownSample& sample, double mean_reads) {
  constexpr double kDoubt = 4;
  return static_cast<float>((sample.recent_reads + kDoubt) / (mean_reads + kDoubt));
}

PlanRules ProblemBuilder::Rules(const MachineCapacity& machine, double part) const {
  PlanRules rules{.cores = machine.cores,
                  .device_bytes_per_s = machine.device_bytes_per_s,
                  .space_limit_bytes = {machine.store_limit_bytes * part},
                  .forms = {}};
  for (const Form& form : model_->forms()) {
    const bool original = form.encoding == Encoding::kOriginal;
    rules.forms.push_back(
        {.device = original ? roles_.source : roles_.store, .space = original ? -1 : kStoreSpace});
  }
  if (roles_.cache) {
    rules.space_limit_bytes.push_back(machine.cache_limit_bytes * part);
    rules.forms.push_back({.device = *roles_.cache, .space = kCacheSpace});
  }
  return rules;
}

void ProblemBuilder::UsesOf(const SampleFeatures& sample, const MachineCapacity& machine,
                            std::span<FormUse> uses) const {
  std::vector<FormCost> costs(model_->forms().size());
  model_->Predict(sample, costs);
  for (size_t form = 0; form < costs.size(); ++form) {
    const FormCost& cost = costs[form];
    uses[form] = {.cpu_s = cost.cpu_s + static_cast<float>(machine.read_cpu_s),
                  .read_bytes = cost.read_bytes,
                  .space_bytes = form == 0 ? 0 : cost.stored_bytes + kRecordBytes};
  }
  if (!roles_.cache) return;
  const auto bytes = static_cast<float>(TensorBytes(model_->pipeline(), sample));
  uses.back() = {.cpu_s = static_cast<float>(machine.cached_cpu_s + machine.read_cpu_s),
                 .read_bytes = bytes,
                 .space_bytes = bytes + kRecordBytes};
}

PlanProblem ProblemBuilder::Build(std::span<const KnownSample> samples,
                                  const MachineCapacity& machine, double part) const {
  PlanProblem problem;
  static_cast<PlanRules&>(problem) = Rules(machine, part);
  problem.uses.resize(samples.size() * forms());
  const double mean_reads = MeanReads(samples);
  for (size_t i = 0; i < samples.size(); ++i) {
    UsesOf(samples[i].features, machine, std::span(problem.uses).subspan(i * forms(), forms()));
    problem.weights.push_back(WeightOf(samples[i], mean_reads));
    problem.ids.push_back(samples[i].id);
  }
  return problem;
}

double ProblemBuilder::MoveSeconds(const PlanProblem& problem, std::span<const KnownSample> samples,
                                   std::span<const uint8_t> from,
                                   std::span<const uint8_t> to) const {
  double cpu_s = 0;
  double source_bytes = 0;
  std::vector<FormCost> costs(model_->forms().size());
  for (size_t i = 0; i < samples.size(); ++i) {
    if (from[i] == to[i] || to[i] == 0 || IsCache(to[i])) continue;
    model_->Predict(samples[i].features, costs);
    cpu_s += costs[0].cpu_s + costs[to[i]].encode_cpu_s + costs[to[i]].cpu_s;
    source_bytes += costs[0].read_bytes;
  }
  const double source_rate = problem.device_bytes_per_s[static_cast<size_t>(roles_.source)];
  const double cpu_time = problem.cores > 0 ? cpu_s / problem.cores : 0;
  return std::max(cpu_time, source_rate > 0 ? source_bytes / source_rate : 0);
}

}  // namespace tensorfs
