// SPDX-License-Identifier: MIT
#include "tools/profile/report_tables.h"

#include <utility>

#include "tools/policy_text.h"
#include "tools/profile/figure_keys.h"
#include "tools/profile/measured_columns.h"
#include "tools/profile/profile_json.h"
#include "tools/profile/profile_words.h"
#include "tools/table_text.h"

namespace tensorfs {
namespace {

// Beside a rate its standard deviation; hair spaces keep them together.
std::string WithDeviation(const Delivered* delivered) {
  if (delivered == nullptr) return "–";
  return WordsForRate(delivered->samples_per_s) + " ± " +
         WordsForRate(delivered->samples_per_s_stddev);
}

std::string Heading(const MeasuredColumn& column) {
  return std::string(NameOf(column.mode)) + ", " + std::to_string(column.threads) +
         (column.threads == 1 ? " thread" : " threads");
}

HtmlTable::Row RowOf(const Strategy& strategy, const JudgedStrategy& judged,
                     const Recommendation& made) {
  return {.cells = {strategy.form},
          .is_best = &judged == &made.best(),
          .is_faint = !judged.excluded.empty()};
}

std::string FrontWords(const JudgedStrategy& judged) {
  if (!judged.excluded.empty()) return judged.excluded;
  return judged.is_on_front ? "on the front" : "";
}

}  // namespace

HtmlTable RateTable(const Profile& profile, const Recommendation& made) {
  HtmlTable table{.caption = "Samples per second, " + WordForRates(made) + " on " +
                             WordsForMachine(made) + ", best first by the weights " +
                             WordsForWeights(made.weights),
                  .headings = {"form", "waits for", "", "samples/s", "allowed", "CPU busy",
                               "disk busy", "prepare", "stored in all", "score"},
                  .texts = 3};
  for (const JudgedStrategy& judged : made.ranked) {
    const Strategy& strategy = profile.strategies[judged.index];
    HtmlTable::Row row = RowOf(strategy, judged, made);
    for (std::string cell :
         {std::string(NameOf(judged.rate.binding)), FrontWords(judged),
          WordsForRate(judged.rate.samples_per_s), WordsForRate(judged.allowed_samples_per_s),
          FormatShare(judged.rate.cpu_share), FormatShare(judged.rate.disk_share),
          WordsForSeconds(judged.prepare_s), FormatBytes(strategy.stored_bytes_all),
          judged.excluded.empty() ? Format("%.2f", judged.score) : "–"}) {
      row.cells.push_back(std::move(cell));
    }
    table.rows.push_back(std::move(row));
  }
  return table;
}

HtmlTable CostTable(const Profile& profile, const Recommendation& made) {
  HtmlTable table{
      .caption = "What one sample takes, measured: a read, storage, preparing it",
      .headings = {"form", "CPU of a read", "thereof filesystem", "bytes of a read", "stored",
                   "CPU of preparing all", "preparing all", "samples that can take it"}};
  for (const JudgedStrategy& judged : made.ranked) {
    const Strategy& strategy = profile.strategies[judged.index];
    HtmlTable::Row row = RowOf(strategy, judged, made);
    for (std::string cell : {FormatCost(strategy.cpu_s), FormatCost(strategy.filesystem_cpu_s),
                             FormatBytes(strategy.read_bytes), FormatBytes(strategy.stored_bytes),
                             WordsForSeconds(strategy.prepare_cpu_s),
                             WordsForSeconds(strategy.prepare_s), FormatShare(strategy.share)}) {
      row.cells.push_back(std::move(cell));
    }
    table.rows.push_back(std::move(row));
  }
  return table;
}

HtmlTable DeliveredTable(const Profile& profile, const Recommendation& made) {
  const std::vector<MeasuredColumn> columns = MeasuredColumns(profile);
  HtmlTable table{.caption =
                      "Samples per second as measured, mean and standard deviation of the "
                      "runs: cold from the disk, warm from the page cache",
                  .headings = {"form"}};
  for (const MeasuredColumn& column : columns) table.headings.push_back(Heading(column));
  for (const JudgedStrategy& judged : made.ranked) {
    const Strategy& strategy = profile.strategies[judged.index];
    HtmlTable::Row row = RowOf(strategy, judged, made);
    for (const MeasuredColumn& column : columns) {
      row.cells.push_back(WithDeviation(FindDelivered(strategy.delivered, column)));
    }
    table.rows.push_back(std::move(row));
  }
  return table;
}

HtmlTable CachedTable(const Profile& profile) {
  HtmlTable table{.caption = "Samples per second as measured, whatever the form",
                  .headings = {"from the", "threads", "samples/s", "CPU of a read"}};
  for (const Delivered& each : profile.cached) {
    table.rows.push_back(
        {.cells = {each.mode == ReadMode::kCache ? "tensor cache" : "page cache",
                   std::to_string(each.threads), WithDeviation(&each), FormatCost(each.cpu_s)}});
  }
  return table;
}

HtmlTable StepTable(const Profile& profile, const Recommendation& made,
                    std::vector<StepTime> Strategy::*times) {
  const StepKeys keys(profile, times);
  HtmlTable table{.caption = times == &Strategy::online ? "CPU time of one read by step"
                                                        : "CPU time of preparing one sample by "
                                                          "step",
                  .headings = {"form"}};
  for (const std::string& key : keys.keys()) table.headings.push_back(key);
  table.headings.push_back("in all");
  for (const JudgedStrategy& judged : made.ranked) {
    const Strategy& strategy = profile.strategies[judged.index];
    if ((strategy.*times).empty()) continue;
    HtmlTable::Row row = RowOf(strategy, judged, made);
    double sum_s = 0;
    for (const std::string& key : keys.keys()) {
      const double cpu_s = CpuSecondsOf(strategy.*times, key);
      sum_s += cpu_s;
      row.cells.push_back(cpu_s > 0 ? FormatCost(cpu_s) : "–");
    }
    row.cells.push_back(FormatCost(sum_s));
    table.rows.push_back(std::move(row));
  }
  return table;
}

HtmlTable PipelineTable(const Profile& profile) {
  HtmlTable table{.caption = "Steps of the pipeline, for one sample in the mean",
                  .headings = {"step", "", "CPU", "result"},
                  .texts = 2};
  for (const ProfiledStep& step : profile.steps) {
    table.rows.push_back({.cells = {step.name, step.online ? "online" : "", FormatCost(step.cpu_s),
                                    FormatBytes(step.result_bytes)}});
  }
  return table;
}

}  // namespace tensorfs
