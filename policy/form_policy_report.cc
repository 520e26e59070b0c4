// SPDX-License-Identifier: MIT
// What FormPolicy tells, and the settings that it takes.
#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

#include "policy/form_policy.h"
#include "policy/form_words.h"
#include "policy/planned_space.h"

namespace tensorfs {
namespace {

// What-ifs are asked for by people, who can wait for more than a window does.
constexpr size_t kMostWhatIf = 65536;
constexpr const char* kCachedForm = "cache:tensor";

std::optional<double> Known(double rate) {
  if (std::isinf(rate)) return std::nullopt;
  return rate;
}

double Mean(double sum, uint64_t count) {
  return count == 0 ? 0 : sum / static_cast<double>(count);
}

// The planner's forms have their encodings' default levels; a user may have named others.
FormUsage UsageAtAnyLevel(const FormUsages& stored, Form form) {
  FormUsage sum;
  form.level = 0;
  for (auto usage = stored.lower_bound(form); usage != stored.end(); ++usage) {
    const Form& kept = usage->first;
    if (kept.stage != form.stage || kept.encoding != form.encoding) break;
    sum.samples += usage->second.samples;
    sum.payload_bytes += usage->second.payload_bytes;
  }
  return sum;
}

// What the mix waits for: all that is busy for nearly the whole epoch.
std::string BindingOf(const PlanUsage& usage, const std::vector<DeviceLoad>& devices) {
  constexpr double kNearly = 0.9;
  std::string binding;
  const auto add = [&](const std::string& name, double seconds) {
    if (seconds < kNearly * usage.epoch_s) return;
    binding += (binding.empty() ? "" : " and ") + name;
  };
  add("CPU", usage.cpu_s);
  for (size_t i = 0; i < devices.size(); ++i) add(devices[i].name, usage.device_s[i]);
  return binding;
}

// What comes of a form that was chosen.
const char* WhatNext(bool is_cache, bool is_kept, bool paused) {
  if (is_cache) return "; the cache takes it when read";
  if (is_kept) return ", and kept so";
  return paused ? "; waits for its move, which is paused" : "; waits for its move";
}

bool IsPossible(const std::optional<double>& capacity) {
  return !capacity || (*capacity > 0 && std::isfinite(*capacity));
}

Result<void> Check(const WhatIfRequest& request) {
  if (!IsPossible(request.cores)) {
    return Fail(ErrorCode::kInvalidArgument, "cores: expected more than 0");
  }
  if (!IsPossible(request.disk_bytes_per_s)) {
    return Fail(ErrorCode::kInvalidArgument, "disk_bytes_per_s: expected more than 0");
  }
  return {};
}

}  // namespace

std::string FormPolicy::OffWhy() const {
  return parts_.mode == PolicyMode::kFixed ? "all samples have one form" : "nothing is moved";
}

std::string FormPolicy::NameAt(size_t index) const {
  if (builder_.IsCache(index)) return kCachedForm;
  return ToString(parts_.model->forms()[index], parts_.model->pipeline());
}

std::vector<ResourcePrice> FormPolicy::NamePrices(const Prices& prices,
                                                  const Observation& observation,
                                                  const MachineCapacity& machine) const {
  using Kind = ResourcePrice::Kind;
  std::vector<ResourcePrice> named = {
      {.kind = Kind::kCpu,
       .name = "CPU",
       .per_unit = machine.cores > 0 ? prices.cpu / machine.cores : 0,
       .weight = prices.cpu}};
  for (size_t i = 0; i < prices.device.size() && i < observation.devices.size(); ++i) {
    const double rate = machine.device_bytes_per_s[i];
    named.push_back({.kind = Kind::kDevice,
                     .name = observation.devices[i].name,
                     .per_unit = rate > 0 ? prices.device[i] / rate : 0,
                     .weight = prices.device[i]});
  }
  const std::pair<Kind, const char*> spaces[] = {{Kind::kStore, "store"}, {Kind::kCache, "cache"}};
  for (size_t i = 0; i < prices.space.size() && i < std::size(spaces); ++i) {
    named.push_back({.kind = spaces[i].first,
                     .name = spaces[i].second,
                     .per_unit = prices.space[i],
                     .weight = 0});
  }
  return named;
}

std::vector<FormReport> FormPolicy::Mix() const {
  const SampleTable::Counts counts = table_.Count();
  const std::vector<FormSummary> summaries = parts_.model->Summaries();
  const FormUsages stored = parts_.store->Stats().forms;
  MachineCapacity machine;
  {
    std::lock_guard lock(mutex_);
    machine = beliefs_.machine;
  }
  std::vector<FormReport> mix(builder_.forms());
  std::vector<uint64_t> possible(mix.size());
  std::vector<FormUse> uses(mix.size());
  for (const KnownSample& sample : table_.Spread(512)) {
    builder_.UsesOf(sample.features, machine, uses);
    for (size_t form = 0; form < mix.size(); ++form) {
      if (std::isinf(uses[form].cpu_s)) continue;
      ++possible[form];
      mix[form].predicted_cpu_s += uses[form].cpu_s - machine.read_cpu_s;
      mix[form].predicted_bytes += uses[form].read_bytes;
    }
  }
  for (size_t form = 0; form < mix.size(); ++form) {
    FormReport& report = mix[form];
    report.form = NameAt(form);
    report.samples = counts.kept[form];
    report.planned_samples = counts.planned[form];
    report.predicted_cpu_s = Mean(report.predicted_cpu_s, possible[form]);
    report.predicted_bytes = Mean(report.predicted_bytes, possible[form]);
    if (builder_.IsCache(form)) {
      const CacheStats cache = parts_.cache->Stats();
      report.samples = cache.entries;
      report.bytes = cache.live_bytes;
      continue;
    }
    const FormSummary& summary = summaries[form];
    report.measurements = summary.probes + summary.reads;
    if (summary.cpu_s.observations > 0) report.observed_cpu_s = summary.cpu_s.observed;
    const FormUsage usage = UsageAtAnyLevel(stored, summary.form);
    if (usage.samples == 0) continue;
    report.bytes = usage.payload_bytes;
    report.samples = std::max(report.samples, usage.samples);
    report.observed_bytes = Mean(static_cast<double>(usage.payload_bytes), usage.samples);
  }
  return mix;
}

PolicyReport FormPolicy::Report() const {
  Beliefs beliefs;
  PolicySettings settings;
  {
    std::lock_guard lock(mutex_);
    beliefs = beliefs_;
    settings = settings_;
  }
  const bool adapts = parts_.mode == PolicyMode::kAdaptive;
  if (adapts && paused_) {  // the last window may have been before that
    beliefs.state = PolicyState::kPaused;
    beliefs.why = kPausedWhy;
  } else if (adapts && (beliefs.why.empty() || beliefs.state == PolicyState::kPaused)) {
    beliefs.state = PolicyState::kWatching;
    beliefs.why = "looking at the load";
  }
  const MigratorStats moves = parts_.migrator->Stats();
  const SampleTable::Counts counts = table_.Count();
  if (beliefs.state == PolicyState::kMoving) {
    beliefs.why = MovingWords(counts, beliefs.store_is_full);
  } else if (beliefs.state == PolicyState::kOff) {
    beliefs.why = OffWhy();
  }
  return {.mode = parts_.mode,
          .state = beliefs.state,
          .why = beliefs.why,
          .load = LoadOf(beliefs.observation),
          .prices = NamePrices(beliefs.prices, beliefs.observation, beliefs.machine),
          .mix = Mix(),
          .rates = beliefs.rates,
          .migration = {.share_limit = settings.migrate_share,
                        .share_used = beliefs.share_used,
                        .moved = moves.converted,
                        .waiting = counts.misplaced,
                        .mismatches = moves.mismatches,
                        .failed = failures_.attempts(),
                        .last_failure = failures_.last()},
          .settings = settings,
          .samples_known = counts.samples,
          .plan_changes = history_.changes()};
}

Result<Explanation> FormPolicy::Explain(uint64_t sample) const {
  const Result<SampleFacts> facts = parts_.facts(sample);
  if (!facts) return tl::unexpected(facts.error());
  Beliefs beliefs;
  {
    std::lock_guard lock(mutex_);
    beliefs = beliefs_;
  }
  const auto taken = plan();
  const MachineCapacity machine = taken ? taken->machine : beliefs.machine;
  const Prices prices = taken ? taken->prices : beliefs.prices;
  const Pipeline& pipeline = parts_.model->pipeline();
  Explanation explanation;
  explanation.path = facts->path;
  explanation.content = facts->content;
  explanation.source_bytes = facts->features.source_bytes;
  explanation.width = static_cast<uint32_t>(facts->features.width);
  explanation.height = static_cast<uint32_t>(facts->features.height);
  explanation.tensor_bytes = facts->tensor_bytes;
  explanation.kept = ToString(facts->kept, pipeline);
  explanation.prices = NamePrices(prices, beliefs.observation, machine);

  const std::optional<KnownSample> known = table_.Find(sample);
  explanation.reads = known ? known->reads : 0;
  const double weight = known && taken ? WeightOf(*known, taken->mean_reads) : 1;
  std::vector<FormUse> uses(builder_.forms());
  builder_.UsesOf(facts->features, machine, uses);
  const bool priced = !prices.device.empty();
  std::optional<FormPrices> table;
  if (priced) table.emplace(builder_.Rules(machine), prices);
  for (size_t form = 0; form < uses.size(); ++form) {
    FormOffer offer;
    offer.form = NameAt(form);
    if (std::isinf(uses[form].cpu_s)) {
      offer.fits = false;
      const bool unknown =
          parts_.model->Knowledge(form, facts->features.kind) == FormKnowledge::kUnknown;
      offer.note = unknown ? "not measured yet" : "cannot take it";
    } else {
      offer.cpu_s = uses[form].cpu_s;
      offer.read_bytes = static_cast<uint64_t>(uses[form].read_bytes);
      offer.stored_bytes = static_cast<uint64_t>(uses[form].space_bytes);
      if (table) offer.cost_s = table->Cost(uses[form], form, weight) / weight;
    }
    explanation.offers.push_back(std::move(offer));
  }

  const FormIndex kept = IndexOf(facts->kept);
  if (const auto pin = pins_.RuleFor(facts->path)) {
    explanation.chosen = ToString(pin->form, pipeline);
    explanation.reason = "pinned by " + pin->pattern;
  } else if (parts_.mode == PolicyMode::kFixed) {
    explanation.chosen = ToString(*parts_.fixed, pipeline);
    explanation.reason = "the mount's policy gives all samples this form";
  } else if (parts_.mode == PolicyMode::kKeep) {
    explanation.chosen = explanation.kept;
    explanation.reason = "the mount's policy leaves all samples as they are";
  } else if (!taken) {
    explanation.chosen = explanation.kept;
    explanation.reason = "no plan was taken yet: " + beliefs.why;
  } else {
    const bool planned = known && known->planned != kNoForm;
    const FormIndex chosen =
        planned ? known->planned : ChooseIndex(*taken, sample, facts->features);
    explanation.chosen = NameAt(chosen);
    explanation.reason = std::string("cheapest at these prices") +
                         WhatNext(builder_.IsCache(chosen), chosen == kept, paused_);
  }
  return explanation;
}

Result<WhatIf> FormPolicy::Plan(const WhatIfRequest& request) const {
  if (auto valid = Check(request); !valid) return tl::unexpected(valid.error());
  Beliefs beliefs;
  uint64_t limit_bytes = 0;
  {
    std::lock_guard lock(mutex_);
    beliefs = beliefs_;
    limit_bytes = settings_.store_limit_bytes;
  }
  const size_t known = table_.Count().samples;
  if (parts_.mode != PolicyMode::kAdaptive) {
    return Fail(ErrorCode::kUnsupported,
                "the costs of the forms are measured with --policy adaptive only");
  }
  if (!costs_known_) return Fail(ErrorCode::kBusy, "the costs of the forms are being measured");
  if (known == 0) return Fail(ErrorCode::kBusy, "no sample was read yet, so there is none to plan");
  if (beliefs.observation.devices.empty()) {
    return Fail(ErrorCode::kBusy, "the machine was not observed for a window yet");
  }
  MachineCapacity machine = beliefs.machine;
  if (request.cores) machine.cores = *request.cores;
  if (request.disk_bytes_per_s) {
    std::ranges::fill(machine.device_bytes_per_s, *request.disk_bytes_per_s);
  }
  const uint64_t store_limit_bytes = request.store_limit_bytes.value_or(limit_bytes);
  machine.store_limit_bytes = PlannedStoreBytes(store_limit_bytes);
  const EvaluatedPlan evaluated = Evaluate(machine, kMostWhatIf);
  const double scale = Mean(static_cast<double>(known), evaluated.samples.size());
  const auto all = [&](double part) { return static_cast<uint64_t>(std::llround(part * scale)); };

  WhatIf what;
  what.cores = machine.cores;
  what.devices = LoadsOf(beliefs.observation);
  what.samples = known;
  for (size_t i = 0; i < what.devices.size(); ++i) {
    what.devices[i].capacity_bytes_per_s = Known(machine.device_bytes_per_s[i]);
  }
  what.store_limit_bytes = store_limit_bytes;
  what.prices = NamePrices(evaluated.best.prices, beliefs.observation, machine);
  PlanProblem unlimited = evaluated.problem;  // whether a form has room is told, not assumed
  std::ranges::fill(unlimited.space_limit_bytes, std::numeric_limits<double>::infinity());
  for (size_t form = 0; form < builder_.forms(); ++form) {
    const auto index = static_cast<uint8_t>(form);
    const std::vector<uint8_t> choice = ChoiceOf(unlimited, static_cast<int>(form));
    const PlanUsage usage = EvaluateChoice(unlimited, choice);
    const auto in_form = static_cast<double>(std::ranges::count(choice, index));
    const int space = unlimited.forms[form].space;
    const double bytes = space < 0 ? 0 : usage.space_bytes[static_cast<size_t>(space)];
    what.forms.push_back(
        {.form = NameAt(form),
         .samples_per_s = evaluated.RateOf(usage.epoch_s),
         .samples = all(in_form),
         .stored_bytes = all(bytes),
         .fits =
             space < 0 || bytes <= evaluated.problem.space_limit_bytes[static_cast<size_t>(space)],
         .mix_samples =
             all(static_cast<double>(std::ranges::count(evaluated.best.choice, index)))});
  }
  what.mix_samples_per_s = evaluated.RateOf(evaluated.best.epoch_s);
  what.bound_samples_per_s = evaluated.RateOf(evaluated.best.bound_s);
  what.mix_stored_bytes = all(evaluated.best.space_bytes[0]);
  what.binding = BindingOf(evaluated.best, what.devices);
  return what;
}

Result<void> FormPolicy::Set(const SettingsPatch& patch) {
  std::lock_guard lock(mutex_);
  Result<PolicySettings> settings = Apply(patch, settings_);
  if (!settings) return tl::unexpected(settings.error());
  const uint64_t opened_with = parts_.settings.store_limit_bytes;
  const bool unlimited = settings->store_limit_bytes == 0;
  if (opened_with > 0 && (unlimited || settings->store_limit_bytes > opened_with)) {
    return Fail(ErrorCode::kInvalidArgument, "store_limit_bytes: the store was opened with " +
                                                 CountWords(opened_with) +
                                                 " bytes; mount again with a larger --store-limit");
  }
  const std::optional<uint64_t>& cache = parts_.settings.cache_limit_bytes;
  if (cache && settings->cache_limit_bytes && *settings->cache_limit_bytes > *cache) {
    return Fail(ErrorCode::kInvalidArgument, "cache_limit_bytes: the cache was opened with " +
                                                 CountWords(*cache) +
                                                 " bytes; mount again with a larger --cache-limit");
  }
  settings_ = *std::move(settings);
  wake_.notify_all();
  return {};
}

}  // namespace tensorfs
