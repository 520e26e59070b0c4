// SPDX-License-Identifier: MIT
#include "tools/profile/lessons.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>

#include "tools/policy_text.h"
#include "tools/profile/objective.h"
#include "tools/profile/profile_words.h"
#include "tools/table_text.h"

namespace tensorfs {
namespace {

constexpr double kWider = 1.5;  // a tensor with so many times the bytes has another type

int LastStage(const Profile& profile) {
  return std::ranges::max_element(profile.strategies, {}, &Strategy::stage)->stage;
}

// A strategy that a lesson is about.
struct Example {
  const Strategy& strategy;
  const JudgedStrategy& judged;

  double rate() const { return judged.rate.samples_per_s; }
};

std::optional<Example> FindExample(const Profile& profile, const Recommendation& made, int stage,
                                   std::string_view encoding) {
  for (const JudgedStrategy& judged : made.ranked) {
    const Strategy& each = profile.strategies[judged.index];
    if (each.stage == stage && each.encoding == encoding && each.share > 0) {
      return Example{.strategy = each, .judged = judged};
    }
  }
  return std::nullopt;
}

bool IsBeyondPrecision(double more, double less) { return (1 - kPrecision) * more > less; }

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

std::string Evidence(const Example& larger, const Example& smaller, double cores) {
  return BytesWords(larger.strategy, smaller.strategy) + "; " +
         BreakEvenWords(BreakEvenDisk(larger.judged.demand, smaller.judged.demand, cores)) +
         "; here " + WordsForRate(larger.rate()) + " against " + WordsForRate(smaller.rate()) +
         " samples/s";
}

std::optional<Lesson> DecodedLesson(const Profile& profile, const Recommendation& made) {
  const auto original = FindExample(profile, made, 0, "original");
  const auto decoded = FindExample(profile, made, 1, "raw");
  if (!original || !decoded) return std::nullopt;
  return Lesson{
      .claim = "Where the disk binds, keeping the decoded image is slower than the original",
      .holds = IsBeyondPrecision(decoded->strategy.read_bytes, original->strategy.read_bytes),
      .evidence = Evidence(*decoded, *original, made.machine.cores)};
}

std::optional<Lesson> FloatLesson(const Profile& profile, const Recommendation& made) {
  const int last = LastStage(profile);
  const auto tensor = FindExample(profile, made, last, "raw");
  const auto image = FindExample(profile, made, last - 1, "raw");
  if (!tensor || !image) return std::nullopt;
  if (tensor->strategy.read_bytes < kWider * image->strategy.read_bytes) return std::nullopt;
  return Lesson{.claim = "The normalised float32 tensor loses to the same image in uint8",
                .holds = IsBeyondPrecision(image->rate(), tensor->rate()),
                .evidence = Evidence(*tensor, *image, made.machine.cores)};
}

std::optional<Lesson> MiddleLesson(const Profile& profile, const Recommendation& made) {
  const JudgedStrategy& fastest = made.fastest();
  const auto original = FindExample(profile, made, 0, "original");
  const auto final = FindExample(profile, made, LastStage(profile), "raw");
  if (!original || !final) return std::nullopt;
  const double rate = fastest.rate.samples_per_s;
  return Lesson{.claim = "Neither nothing nor everything done beforehand is the fastest",
                .holds = IsBeyondPrecision(rate, std::max(original->rate(), final->rate())),
                .evidence = profile.strategies[fastest.index].form + " is the fastest here with " +
                            WordsForRate(rate) + " samples/s; " + original->strategy.form +
                            " gives " + WordsForRate(original->rate()) + ", " +
                            final->strategy.form + " " + WordsForRate(final->rate())};
}

}  // namespace

double BreakEvenDisk(const ReadDemand& larger, const ReadDemand& smaller, double cores) {
  if (larger.read_bytes <= smaller.read_bytes) return 0;
  if (CoreSeconds(larger) >= CoreSeconds(smaller)) return std::numeric_limits<double>::infinity();
  // There `larger` waits for the disk and `smaller` for the CPU, at the same rate.
  return larger.read_bytes * cores / CoreSeconds(smaller);
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
