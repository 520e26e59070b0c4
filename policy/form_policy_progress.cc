// SPDX-License-Identifier: MIT
// How FormPolicy takes a plan, and tells how far it is carried out.
#include <algorithm>
#include <ctime>
#include <unordered_map>
#include <unordered_set>
#include <utility>

#include "codec/hash.h"
#include "policy/form_policy.h"
#include "policy/form_words.h"

namespace tensorfs {
namespace {

constexpr double kNsPerSecond = 1e9;
constexpr double kSettledPart = 0.01;  // of the samples may wait for their move
// Of what the cache is to have: it takes what is offered as far as its disk keeps up.
constexpr double kUncachedPart = 0.2;
// After which the smoothed rate is that of the new mix.
constexpr int kWindowsToShow = 8;

double UnixTime() {
  timespec now;
  clock_gettime(CLOCK_REALTIME, &now);
  return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) / kNsPerSecond;
}

}  // namespace

void FormPolicy::Take(const Beliefs& beliefs, const EvaluatedPlan& evaluated) {
  const auto taken =
      std::make_shared<const TakenPlan>(TakenPlan{.prices = evaluated.best.prices,
                                                  .rules = builder_.Rules(beliefs.machine),
                                                  .machine = beliefs.machine,
                                                  .mean_reads = MeanReads(evaluated.samples)});
  const auto old = plan();
  {
    std::lock_guard lock(mutex_);
    plan_ = taken;  // before all are planned, so that no new sample is left with the old one
  }
  plans_ = true;
  const std::unordered_map<uint64_t, FormIndex> chosen = evaluated.Choices();
  table_.PlanAll([&](const KnownSample& sample) {
    const auto known = chosen.find(sample.id);
    if (known != chosen.end()) return known->second;
    return ChooseIndex(*taken, sample.id, sample.features, WeightOf(sample, taken->mean_reads));
  });
  EvictUnplanned();
  PlanChange change;
  change.unix_time_s = UnixTime();
  change.cores = beliefs.machine.cores;
  change.devices = LoadsOf(beliefs.observation);
  if (old) change.old_prices = NamePrices(old->prices, beliefs.observation, old->machine);
  change.new_prices = NamePrices(taken->prices, beliefs.observation, beliefs.machine);
  change.samples_to_move = table_.Count().misplaced;
  change.predicted_gain = evaluated.target_usage.epoch_s / evaluated.best.epoch_s - 1;
  change.reason =
      old ? ChangeWords(old->machine, beliefs.machine, beliefs.observation) : "the first plan";
  promise_ = Promise{.gain = change.predicted_gain, .rate_before = rate_};
  history_.Add(std::move(change), rate_);
}

// The cache has what was offered before there was a plan, or what another plan wanted there. Its
// room belongs to what is planned for it now.
void FormPolicy::EvictUnplanned() {
  if (parts_.cache == nullptr || parts_.cache->Stats().entries == 0) return;
  std::unordered_set<uint64_t> unplanned;  // hashes of paths
  table_.ForEach([&](const KnownSample& sample) {
    if (builder_.IsCache(sample.target()) && sample.target() != kOtherForm) return;
    if (const auto path = parts_.path_of(sample.id)) unplanned.insert(Hash64(*path));
  });
  // What goes wrong costs room for a while; the cache tells of conditions that last.
  static_cast<void>(
      parts_.cache->Evict([&](std::string_view path) { return unplanned.contains(Hash64(path)); }));
}

// A plan that is carried out has to show what it is worth, unless the machine has changed; and if
// readers wait, or else it is they who decide the rate.
void FormPolicy::NoteOutcome(bool readers_wait) {
  if (!promise_) return;
  history_.NoteSettled(rate_);
  if (++promise_->settled_windows < kWindowsToShow) return;
  if (readers_wait && promise_->rate_before > 0) {
    judge_.NoteOutcome(promise_->gain, rate_ / promise_->rate_before - 1);
  }
  promise_.reset();
}

// Where a plan is being carried out; otherwise what there is to tell besides. False if so.
bool FormPolicy::TellProgress(Beliefs& beliefs, PolicyState otherwise, std::string why) {
  const SampleTable::Counts counts = table_.Count();
  const double settled = kSettledPart * static_cast<double>(counts.samples);
  // What cannot be moved is not waited for.
  const auto waiting =
      static_cast<double>(counts.misplaced) - static_cast<double>(failures_.samples());
  const double uncached_may_be = kUncachedPart * static_cast<double>(PlannedForCache(counts));
  const bool is_moving =
      waiting > settled || static_cast<double>(counts.uncached) > uncached_may_be;
  if (is_moving) {
    Tell(beliefs, PolicyState::kMoving, MovingWords(counts, beliefs.store_is_full));
  } else {
    Tell(beliefs, otherwise, std::move(why));
  }
  return is_moving;
}

void FormPolicy::TellSettled(Beliefs& beliefs) {
  const bool is_moving =
      TellProgress(beliefs, PolicyState::kSettled,
                   plans_ ? "all samples are as planned, and no plan is enough better"
                          : "no plan is enough better than reading the sources as they are");
  if (!is_moving) NoteOutcome(true);
}

size_t FormPolicy::PlannedForCache(const SampleTable::Counts& counts) const {
  return parts_.cache == nullptr ? 0 : counts.planned[builder_.forms() - 1];
}

std::string FormPolicy::MovingWords(const SampleTable::Counts& counts, bool store_is_full) const {
  std::string words =
      "moving samples to the plan: " + CountWords(counts.samples - counts.misplaced) + " of " +
      CountWords(counts.samples) + " are there";
  if (const size_t planned = PlannedForCache(counts); counts.uncached > 0) {
    words += ", " + CountWords(planned - std::min(planned, counts.uncached)) + " of " +
             CountWords(planned) + " in the cache";
  }
  return store_is_full ? words + "; the store is full" : words;
}

}  // namespace tensorfs
