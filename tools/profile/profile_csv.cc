// SPDX-License-Identifier: MIT
#include "tools/profile/profile_csv.h"

#include <array>
#include <charconv>
#include <cmath>
#include <vector>

#include "tools/profile/figure_keys.h"
#include "tools/profile/measured_columns.h"
#include "tools/profile/profile_json.h"

namespace tensorfs {
namespace {

constexpr std::string_view kLineEnd = "\r\n";

// The shortest text that gives the same number again.
std::string Number(double value) {
  if (!std::isfinite(value)) return "";
  std::array<char, 32> text;
  const auto [end, failure] = std::to_chars(text.data(), text.data() + text.size(), value);
  return failure == std::errc() ? std::string(text.data(), end) : "";
}

class Line {
 public:
  void Add(std::string_view text) {
    if (has_fields_) text_ += ',';
    text_ += CsvField(text);
    has_fields_ = true;
  }
  void Add(double value) { Add(Number(value)); }
  std::string End() const { return text_ + std::string(kLineEnd); }

 private:
  std::string text_;
  bool has_fields_ = false;
};

std::string NameOf(const MeasuredColumn& column, std::string_view what) {
  return std::string(tensorfs::NameOf(column.mode)) + "_" + std::to_string(column.threads) + "_" +
         std::string(what);
}

struct Columns {
  std::vector<MeasuredColumn> measured;
  StepKeys online;
  StepKeys offline;
};

std::string Headings(const Columns& columns) {
  Line line;
  for (const std::string_view name :
       {"rank", "form", "excluded", "score", "samples_per_s", "allowed_samples_per_s", "waits_for",
        "cpu_share", "disk_share", "on_pareto_front", "share", "prepare_s", "prepare_cpu_s",
        "stored_bytes", "stored_bytes_all", "read_bytes", "cpu_s", "filesystem_cpu_s"}) {
    line.Add(name);
  }
  for (const MeasuredColumn& column : columns.measured) {
    for (const std::string_view what :
         {"samples_per_s", "samples_per_s_stddev", "cpu_s", "disk_bytes"}) {
      line.Add(NameOf(column, what));
    }
  }
  for (const std::string& key : columns.online.keys()) line.Add("online " + key + " cpu_s");
  for (const std::string& key : columns.offline.keys()) line.Add("offline " + key + " cpu_s");
  return line.End();
}

void AddDelivered(const Delivered* delivered, Line& line) {
  if (delivered == nullptr) {
    for (int i = 0; i < 4; ++i) line.Add("");
    return;
  }
  line.Add(delivered->samples_per_s);
  line.Add(delivered->samples_per_s_stddev);
  line.Add(delivered->cpu_s);
  line.Add(delivered->disk_bytes);
}

std::string_view WaitsFor(Resource resource) {
  if (resource == Resource::kBoth) return "both";
  return resource == Resource::kCpu ? "cpu" : "disk";
}

std::string Row(size_t rank, const Strategy& strategy, const JudgedStrategy& judged,
                const Columns& columns) {
  Line line;
  line.Add(static_cast<double>(rank));
  line.Add(strategy.form);
  line.Add(judged.excluded);
  line.Add(judged.score);
  line.Add(judged.rate.samples_per_s);
  line.Add(judged.allowed_samples_per_s);
  line.Add(WaitsFor(judged.rate.binding));
  line.Add(judged.rate.cpu_share);
  line.Add(judged.rate.disk_share);
  line.Add(judged.is_on_front ? "yes" : "no");
  for (const double value : {strategy.share, judged.prepare_s, strategy.prepare_cpu_s,
                             strategy.stored_bytes, strategy.stored_bytes_all, strategy.read_bytes,
                             strategy.cpu_s, strategy.filesystem_cpu_s}) {
    line.Add(value);
  }
  for (const MeasuredColumn& column : columns.measured) {
    AddDelivered(FindDelivered(strategy.delivered, column), line);
  }
  for (const std::string& key : columns.online.keys()) {
    line.Add(CpuSecondsOf(strategy.online, key));
  }
  for (const std::string& key : columns.offline.keys()) {
    line.Add(CpuSecondsOf(strategy.offline, key));
  }
  return line.End();
}

}  // namespace

std::string CsvField(std::string_view text) {
  if (text.find_first_of(",\"\r\n") == std::string_view::npos) return std::string(text);
  std::string field = "\"";
  for (const char c : text) {
    if (c == '"') field += '"';
    field += c;
  }
  return field + '"';
}

std::string ProfileCsv(const Profile& profile, const Recommendation& made) {
  const Columns columns{.measured = MeasuredColumns(profile),
                        .online = StepKeys(profile, &Strategy::online),
                        .offline = StepKeys(profile, &Strategy::offline)};
  std::string csv = Headings(columns);
  for (size_t i = 0; i < made.ranked.size(); ++i) {
    csv += Row(i + 1, profile.strategies[made.ranked[i].index], made.ranked[i], columns);
  }
  return csv;
}

}  // namespace tensorfs
