// SPDX-License-Identifier: MIT
#include "tools/profile/lessons.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>

#include "tools/policy_text.h"
#include "tools/profile/profile_words.h"
#include "tools/table_text.h"

namespace tensorfs {
namespace {

constexpr double kWider = 1.5;  // a tensor with so many times the bytes has another type

const Strategy* FindStrategy(const Profile& profile, int stage, std::string_view encoding) {
  for (const Strategy& each : profile.strategies) {
    if (each.stage == stage && each.encoding == encoding && each.share > 0) return &each;
  }
  return nullptr;
}

int LastStage(const Profile& profile) {
  return std::ranges::max_element(profile.strategies, {}, &Strategy::stage)->stage;
}

double RateOf(const Strategy& strategy, const Recommendation& made) {
  return PredictRate({.cpu_s = strategy.cpu_s, .read_bytes = strategy.read_bytes}, made.machine)
      .samples_per_s;
}

std::string BytesWords(const Strategy& larger, const Strategy& smaller) {
  const double ratio = larger.read_bytes / smaller.read_bytes;
  return larger.form + " reads " + FormatBytes(larger.read_bytes) + " a sample, " +
         Format("%.3g", ratio) + " times the " + FormatBytes(smaller.read_bytes) + " of " +
         smaller.form;
}

std::string BreakEvenWords(double bytes_per_s) {
  if (bytes_per_s <= 0) return "with no disk is it the slower one";
  if (std::isinf(bytes_per_s)) return "with any disk it is the slower one";
  return "with a disk of less than " + FormatMegabytes(bytes_per_s) + "/s it is the slower one";
}

std::string HereWords(const Strategy& larger, const Strategy& smaller, const Recommendation& made) {
  return "here " + WordsForRate(RateOf(larger, made)) + " against " +
         WordsForRate(RateOf(smaller, made)) + " samples/s";
}

std::string Evidence(const Strategy& larger, const Strategy& smaller, const Recommendation& made) {
  return BytesWords(larger, smaller) + "; " +
         BreakEvenWords(BreakEvenDisk(larger, smaller, made.machine.cores)) + "; " +
         HereWords(larger, smaller, made);
}

std::optional<Lesson> DecodedLesson(const Profile& profile, const Recommendation& made) {
  const Strategy* original = FindStrategy(profile, 0, "original");
  const Strategy* decoded = FindStrategy(profile, 1, "raw");
  if (original == nullptr || decoded == nullptr) return std::nullopt;
  return Lesson{
      .claim = "Where the disk binds, keeping the decoded image is slower than the original",
      .holds = BreakEvenDisk(*decoded, *original, made.machine.cores) > 0,
      .evidence = Evidence(*decoded, *original, made)};
}

std::optional<Lesson> FloatLesson(const Profile& profile, const Recommendation& made) {
  const int last = LastStage(profile);
  const Strategy* tensor = FindStrategy(profile, last, "raw");
  const Strategy* image = FindStrategy(profile, last - 1, "raw");
  if (tensor == nullptr || image == nullptr) return std::nullopt;
  if (tensor->read_bytes < kWider * image->read_bytes) return std::nullopt;
  return Lesson{.claim = "The normalised float32 tensor loses to the same image in uint8",
                .holds = RateOf(*tensor, made) < RateOf(*image, made),
                .evidence = Evidence(*tensor, *image, made)};
}

std::optional<Lesson> MiddleLesson(const Profile& profile, const Recommendation& made) {
  const auto fastest = std::ranges::max_element(made.ranked, {}, [](const JudgedStrategy& each) {
    return each.excluded.empty() ? each.rate.samples_per_s : -1;
  });
  const Strategy* final = FindStrategy(profile, LastStage(profile), "raw");
  if (final == nullptr || fastest == made.ranked.end()) return std::nullopt;
  const Strategy& best = profile.strategies[fastest->index];
  const bool is_online = best.form == profile.strategies.front().form;
  const bool is_offline = best.form == final->form;
  return Lesson{.claim = "Neither nothing nor everything done beforehand is the fastest",
                .holds = !is_online && !is_offline,
                .evidence = best.form + " is the fastest here with " +
                            WordsForRate(fastest->rate.samples_per_s) + " samples/s; " +
                            profile.strategies.front().form + " gives " +
                            WordsForRate(RateOf(profile.strategies.front(), made)) + ", " +
                            final->form + " " + WordsForRate(RateOf(*final, made))};
}

}  // namespace

double BreakEvenDisk(const Strategy& larger, const Strategy& smaller, double cores) {
  if (larger.read_bytes <= smaller.read_bytes) return 0;
  if (larger.cpu_s >= smaller.cpu_s) return std::numeric_limits<double>::infinity();
  // There `larger` waits for the disk and `smaller` for the CPU, at the same rate.
  return larger.read_bytes * cores / smaller.cpu_s;
}

std::vector<Lesson> LessonsOf(const Profile& profile, const Recommendation& made) {
  std::vector<Lesson> lessons;
  if (profile.strategies.empty()) return lessons;
  for (const auto& look_up : {DecodedLesson, FloatLesson, MiddleLesson}) {
    if (std::optional<Lesson> lesson = look_up(profile, made)) {
      lessons.push_back(*std::move(lesson));
    }
  }
  return lessons;
}

}  // namespace tensorfs
