// SPDX-License-Identifier: MIT
#include "tools/profile/profile_words.h"

#include <algorithm>
#include <cmath>

#include "tools/profile/objective.h"
#include "tools/table_text.h"

namespace tensorfs {
namespace {

constexpr double kMinute = 60;
constexpr double kHour = 60 * kMinute;
constexpr double kDay = 24 * kHour;

// "3 min 20 s": whole first units, and the rest in second ones.
std::string TwoUnits(double seconds, double first_s, const char* first, double second_s,
                     const char* second) {
  const double units = std::round(seconds / second_s);
  const double ratio = first_s / second_s;
  const double whole = std::floor(units / ratio);
  return Format("%.0f ", whole) + first + Format(" %.0f ", units - whole * ratio) + second;
}

std::string TensorCacheWords(const Profile& profile) {
  const auto cached = FastestOf(profile.cached, ReadMode::kCache);
  return cached ? "; " + WordsForRate(cached->samples_per_s) + " from the tensor cache" : "";
}

std::string PaymentWords(const MixedPlan& mix) {
  if (mix.move_s <= 0) return "; nothing is to be prepared";
  return "; preparing takes " + WordsForSeconds(mix.move_s) +
         (std::isinf(mix.pays_after_s)
              ? " and never pays for itself"
              : " and has paid for itself after " + WordsForSeconds(mix.pays_after_s));
}

}  // namespace

std::string WordsForSeconds(double seconds) {
  if (std::isinf(seconds)) return "never";
  if (seconds < 9.95) return seconds > 0 ? Format("%.2g s", seconds) : "0 s";
  if (seconds < kMinute - 0.5) return Format("%.0f s", seconds);
  if (seconds < kHour) return TwoUnits(seconds, kMinute, "min", 1, "s");
  if (seconds < kDay) return TwoUnits(seconds, kHour, "h", kMinute, "min");
  return TwoUnits(seconds, kDay, "days", kHour, "h");
}

std::string WordsForRate(double samples_per_s) {
  if (std::isinf(samples_per_s)) return "any rate";
  if (samples_per_s < 10) return Format("%.2g", samples_per_s);
  if (samples_per_s < 100) return Format("%.3g", samples_per_s);
  return FormatCount(static_cast<uint64_t>(std::llround(samples_per_s)));
}

std::string WordForRates(const Recommendation& recommendation) {
  return recommendation.is_what_if ? "predicted" : "measured";
}

std::string WordsForMachine(const Recommendation& recommendation) {
  const Capacity& machine = recommendation.machine;
  std::string words = Format("%g ", machine.cores) + (machine.cores == 1 ? "core" : "cores");
  words += std::isinf(machine.disk_bytes_per_s)
               ? ", a disk of any rate"
               : Format(", a disk of %.4g MB/s", machine.disk_bytes_per_s / 1e6);
  if (recommendation.store_limit_bytes) {
    words += ", a store of " + FormatBytes(static_cast<double>(*recommendation.store_limit_bytes));
  }
  return words;
}

std::string WordsForMix(const MixedPlan& mix) {
  std::string words;
  for (const MixedPlan::Part& part : mix.parts) {
    const double percent = 100 * part.share;
    words += (words.empty() ? "" : ", ") + Format(percent < 1 ? "%.1f %% " : "%.0f %% ", percent) +
             part.form;
  }
  return words;
}

std::string WordsForPlan(const Profile& profile, const Recommendation& recommendation) {
  const MixedPlan& mix = recommendation.mix;
  std::string words = WordsForMix(mix) + ": " + WordsForRate(mix.samples_per_s) + " samples/s";
  if (std::isfinite(mix.bound_samples_per_s) && mix.bound_samples_per_s > 0) {
    words +=
        Format(", %.0f %% of the bound of ", 100 * mix.samples_per_s / mix.bound_samples_per_s) +
        WordsForRate(mix.bound_samples_per_s) + " for mixes of the forms that it considers";
  }
  words += ", waiting for " + mix.binding + "; stores " + FormatBytes(mix.stored_bytes_all);
  return words + PaymentWords(mix) + BesideMixWords(profile, recommendation);
}

std::string BesideMixWords(const Profile& profile, const Recommendation& recommendation) {
  std::string words;
  const JudgedStrategy& fastest = recommendation.fastest();
  const double rate = fastest.rate.samples_per_s;
  if (rate * (1 - kPrecision) > recommendation.mix.samples_per_s) {
    words += "; --policy fixed:" + profile.strategies[fastest.index].form + " is faster";
  }
  if (std::ranges::any_of(profile.steps, &ProfiledStep::online)) {
    words +=
        "; in a mount it also keeps what comes after the online steps, whose results are the "
        "same at each read there";
  }
  return words;
}

std::string WordsForSteps(const std::vector<ProfiledStep>& steps) {
  std::string words;
  for (const ProfiledStep& step : steps) {
    words += (words.empty() ? "" : " > ") + step.name + (step.online ? " (online)" : "");
  }
  return words;
}

std::string WordsForMemory(const Profile& profile) {
  const auto cached = FastestOf(profile.cached, ReadMode::kPageCache);
  if (!cached || profile.steps.empty()) return "";
  const double bytes = profile.steps.back().result_bytes * static_cast<double>(profile.set.samples);
  const std::string all = "all tensors take " + FormatBytes(bytes);
  const auto memory = static_cast<double>(profile.machine.memory_bytes);
  if (bytes > memory) return all + ", more than the " + FormatBytes(memory) + " of memory";
  return all + " and fit into memory: once read, " + WordsForRate(cached->samples_per_s) +
         " samples/s from the page cache, whatever the form" + TensorCacheWords(profile);
}

std::string WordsForWeights(const ProfileWeights& weights) {
  return Format("throughput %g", weights.throughput) + Format(", storage %g", weights.storage) +
         Format(", time %g", weights.time);
}

std::optional<Delivered> FastestOf(const std::vector<Delivered>& delivered, ReadMode mode) {
  std::optional<Delivered> fastest;
  for (const Delivered& each : delivered) {
    if (each.mode != mode) continue;
    if (!fastest || each.samples_per_s > fastest->samples_per_s) fastest = each;
  }
  return fastest;
}

std::string_view WithoutLevel(std::string_view encoding) {
  const size_t dash = encoding.find_last_of('-');
  const bool has_level =
      dash != std::string_view::npos && dash + 1 < encoding.size() &&
      encoding.find_first_not_of("0123456789", dash + 1) == std::string_view::npos;
  return has_level ? encoding.substr(0, dash) : encoding;
}

}  // namespace tensorfs
