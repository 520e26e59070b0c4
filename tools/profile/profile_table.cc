// SPDX-License-Identifier: MIT
#include "tools/profile/profile_table.h"

#include "fs/printable.h"
#include "tools/policy_text.h"
#include "tools/profile/profile_words.h"
#include "tools/table_text.h"

namespace tensorfs {
namespace {

constexpr size_t kFormColumns = 24;
constexpr size_t kJudgedColumns = 10;
constexpr size_t kWaitsColumns = 6;
constexpr size_t kRateColumns = 9;
constexpr size_t kCpuColumns = 9;
constexpr size_t kReadColumns = 10;
constexpr size_t kStoredColumns = 11;
constexpr size_t kPrepareColumns = 12;
constexpr size_t kReasonColumns = 74;

std::string WithoutBlanksAtEnd(std::string line) {
  line.erase(line.find_last_not_of(' ') + 1);
  return line + "\n";
}

std::string Short(Resource resource) {
  if (resource == Resource::kBoth) return "both";
  return resource == Resource::kCpu ? "CPU" : "disk";
}

std::string MeasuredRate(const Strategy& strategy, ReadMode mode) {
  const auto fastest = FastestOf(strategy.delivered, mode);
  return AtRight(fastest ? WordsForRate(fastest->samples_per_s) : "-", kRateColumns);
}

// The first rate is the one that is judged by; on the measured machine that is the cold one.
std::string Headings(bool is_what_if) {
  return FitInto("FORM", kFormColumns) +
         AtRight(is_what_if ? "PREDICTED" : "COLD", kJudgedColumns) +
         AtRight("WAITS", kWaitsColumns) + AtRight(is_what_if ? "COLD" : "ALLOWED", kRateColumns) +
         AtRight("WARM", kRateColumns) + AtRight("CPU", kCpuColumns) +
         AtRight("READ", kReadColumns) + AtRight("STORED", kStoredColumns) +
         AtRight("PREPARE", kPrepareColumns) + "\n";
}

std::string Row(const Strategy& strategy, const JudgedStrategy& judged, bool is_what_if) {
  const std::string second =
      is_what_if ? MeasuredRate(strategy, ReadMode::kCold)
                 : AtRight(WordsForRate(judged.allowed_samples_per_s), kRateColumns);
  return FitInto(strategy.form, kFormColumns) +
         AtRight(WordsForRate(judged.rate.samples_per_s), kJudgedColumns) +
         AtRight(Short(judged.rate.binding), kWaitsColumns) + second +
         MeasuredRate(strategy, ReadMode::kWarm) +
         AtRight(FormatCost(strategy.cpu_s), kCpuColumns) +
         AtRight(FormatBytes(strategy.read_bytes), kReadColumns) +
         AtRight(FormatBytes(strategy.stored_bytes_all), kStoredColumns) +
         AtRight(WordsForSeconds(judged.prepare_s), kPrepareColumns) + "\n";
}

std::string Footer(bool is_what_if) {
  constexpr const char* kMeasured =
      " from the disk, WARM from the page cache, measured with the fastest\nnumber of threads";
  if (is_what_if) {
    return std::string("\nSamples/s: PREDICTED on such a machine from what was measured; COLD") +
           kMeasured + " on the machine of the profile.\n";
  }
  return std::string("\nSamples/s: COLD") + kMeasured +
         "; ALLOWED is what CPU and bytes read would allow without any wait.\n";
}

std::string DataWords(const ProfiledSet& set) {
  return Printable(set.source) + ": " + FormatCount(set.samples) + " samples, " +
         FormatBytes(static_cast<double>(set.source_bytes)) + "; " +
         FormatCount(set.measured.size()) + " of them measured";
}

std::string Excluded(const Profile& profile, const Recommendation& made) {
  std::string rows;
  for (const JudgedStrategy& judged : made.ranked) {
    if (judged.excluded.empty()) continue;
    rows += WithoutBlanksAtEnd(FitInto(profile.strategies[judged.index].form, kFormColumns) + "  " +
                               FitInto(judged.excluded, kReasonColumns));
  }
  return rows.empty() ? "" : "\nNot to be had:\n" + rows;
}

}  // namespace

std::string ProfileTable(const Profile& profile, const Recommendation& made) {
  std::string table = FormatRow("best", profile.strategies[made.best().index].form);
  table += FormatRow("because", made.why);
  table += FormatRow("adaptive", WordsForPlan(profile, made));
  if (!made.doubt.empty()) table += FormatRow("doubt", made.doubt);
  if (const std::string words = WordsForMemory(profile); !words.empty()) {
    table += FormatRow("memory", words);
  }
  table +=
      FormatRow("machine", WordsForMachine(made) +
                               (made.is_what_if ? ", computed, not measured" : ", as measured"));
  table += FormatRow("data", DataWords(profile.set));
  table += FormatRow("pipeline", Printable(WordsForSteps(profile.steps)));
  table += "\n" + Headings(made.is_what_if);
  for (const JudgedStrategy& judged : made.ranked) {
    if (judged.excluded.empty()) {
      table += Row(profile.strategies[judged.index], judged, made.is_what_if);
    }
  }
  table += Excluded(profile, made);
  return table + Footer(made.is_what_if);
}

}  // namespace tensorfs
