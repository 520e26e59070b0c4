// SPDX-License-Identifier: MIT
#include "tools/profile/recommendation_reason.h"

#include <algorithm>

#include "tools/policy_text.h"
#include "tools/profile/objective.h"
#include "tools/profile/profile_words.h"
#include "tools/table_text.h"

namespace tensorfs {
namespace {

constexpr const char* kOriginal = "source:original";

// How much of what binds one sample takes: "1.31 ms of CPU", "100.1 KiB from the disk".
std::string TakenOf(const Strategy& strategy, Resource resource) {
  const std::string cpu = FormatCost(strategy.cpu_s) + " of CPU";
  const std::string disk = FormatBytes(strategy.read_bytes) + " from the disk";
  if (resource == Resource::kCpu) return cpu;
  return resource == Resource::kDisk ? disk : cpu + " and " + disk;
}

std::string Waits(Resource resource) { return "waits for " + std::string(NameOf(resource)); }

// What one read takes of what binds, now and before.
std::string SavedWords(const Strategy& best, Resource now, const Strategy& original,
                       Resource before) {
  if (now == before) {
    return "both wait for " + std::string(NameOf(now)) + ", and a read takes " +
           TakenOf(best, now) + " instead of " + TakenOf(original, before);
  }
  return std::string(kOriginal) + " " + Waits(before) + ", as a read takes " +
         TakenOf(original, before) + ", where this takes " + TakenOf(best, before) + " and " +
         Waits(now);
}

std::string CostWords(const Strategy& best, const JudgedStrategy& judged) {
  return FormatBytes(best.stored_bytes_all) + " of storage and " +
         WordsForSeconds(judged.prepare_s) + " of preparation";
}

std::string ByWeights(const ProfileWeights& weights) {
  if (weights.storage == 0 && weights.time == 0) return "";
  return " by the weights " + WordsForWeights(weights);
}

bool IsFaster(const JudgedStrategy& one, const JudgedStrategy& other) {
  return (1 - kPrecision) * one.rate.samples_per_s > other.rate.samples_per_s;
}

std::string RateWords(const JudgedStrategy& judged, const Recommendation& made) {
  return WordsForRate(judged.rate.samples_per_s) + " samples/s " + WordForRates(made);
}

// Of two that are equally fast, why the one whose figure is lower is taken.
std::string TieWords(const Profile& profile, const Recommendation& made) {
  const JudgedStrategy& fastest = made.fastest();
  const JudgedStrategy& best = made.best();
  if (fastest.index == best.index || IsFaster(fastest, best)) return "";
  const Strategy& other = profile.strategies[fastest.index];
  const bool is_smaller = profile.strategies[best.index].stored_bytes_all < other.stored_bytes_all;
  return ", as fast as " + other.form +
         (is_smaller ? " with less storage" : ", whose figure differs by less than 2 %");
}

// Why what needs no preparation is the best.
std::string ReasonForOriginal(const Profile& profile, const Recommendation& made) {
  const JudgedStrategy& best = made.best();
  const Strategy& original = profile.strategies[best.index];
  const JudgedStrategy& fastest = made.fastest();
  const std::string start = std::string(kOriginal) + " is best" + ByWeights(made.weights) + ": ";
  const std::string rate = RateWords(best, made);
  const std::string limits = "it " + Waits(best.rate.binding) + ", as a read takes " +
                             TakenOf(original, best.rate.binding);
  if (!IsFaster(fastest, best)) {
    return start + rate + ", and no form that can be stored is faster; " + limits;
  }
  const Strategy& other = profile.strategies[fastest.index];
  return start + rate + " for nothing; " + other.form + " would give " +
         WordsForRate(fastest.rate.samples_per_s) + " for " + CostWords(other, fastest) + "; " +
         limits;
}

}  // namespace

std::string ReasonFor(const Profile& profile, const Recommendation& made) {
  const JudgedStrategy& best = made.best();
  const auto original = std::ranges::find(made.ranked, size_t{0}, &JudgedStrategy::index);
  if (best.index == 0 || original == made.ranked.end()) return ReasonForOriginal(profile, made);
  const Strategy& strategy = profile.strategies[best.index];
  const double gain = best.rate.samples_per_s / original->rate.samples_per_s;
  return strategy.form + " is best" + ByWeights(made.weights) + ": " + RateWords(best, made) +
         TieWords(profile, made) + ", " + Format("%.3g", gain) + " times those of " + kOriginal +
         ", for " + CostWords(strategy, best) + "; " +
         SavedWords(strategy, best.rate.binding, profile.strategies[0], original->rate.binding);
}

}  // namespace tensorfs
