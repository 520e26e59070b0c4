// SPDX-License-Identifier: MIT
#include <nlohmann/json.hpp>

#include "fs/printable.h"
#include "tools/policy_table.h"
#include "tools/policy_text.h"
#include "tools/table_text.h"

namespace tensorfs {
namespace {

using Json = nlohmann::json;

double NumberOf(const Json& object, const char* key) { return object.at(key).get<double>(); }

std::string CountOf(const Json& object, const char* key) {
  return FormatCount(object.at(key).get<uint64_t>());
}

std::string RateText(const Json& rates) {
  std::string text = FormatRate(NumberOf(rates, "achieved")) + " samples/s";
  const Json& share = rates.at("share_of_bound");
  if (share.is_null()) return text;
  return text + ", " + FormatShare(share.get<double>()) + " of the bound of " +
         FormatRate(NumberOf(rates, "bound"));
}

std::string PredictionText(const Json& rates) {
  const auto rate = [&](const char* key) {
    const Json& value = rates.at(key);
    return value.is_null() ? "any rate" : FormatRate(value.get<double>());
  };
  return rate("predicted_present") + " with the samples as they are kept, " +
         rate("predicted_plan") + " as planned, if readers always waited";
}

std::string LoadText(const Json& load) {
  return Format("%.2f cores used by this mount", NumberOf(load, "cores_own")) +
         Format(" and %.2f by others; ", NumberOf(load, "cores_other")) +
         Format("%.2f to be had", NumberOf(load, "cores")) +
         Format(" of %.2f; ", NumberOf(load, "cores_limit")) +
         Format("%.1f readers wait", NumberOf(load, "readers_waiting"));
}

std::string DeviceText(const Json& device) {
  const Json& capacity = device.at("capacity_bytes_per_s");
  return Printable(device.at("name").get<std::string>()) + ": " +
         FormatMegabytes(NumberOf(device, "bytes_per_s")) + "/s, busy " +
         FormatShare(NumberOf(device, "busy_share")) + " of the time; can give " +
         (capacity.is_null() ? "more than was asked of it"
                             : FormatMegabytes(capacity.get<double>()) + "/s");
}

std::string PressureText(const Json& pressure) {
  return "tasks wait for CPU " + FormatShare(NumberOf(pressure, "cpu")) + ", for disks " +
         FormatShare(NumberOf(pressure, "io")) + ", for memory " +
         FormatShare(NumberOf(pressure, "memory")) + " of the time";
}

std::string MovesText(const Json& migration) {
  const auto failure = migration.at("last_failure").get<std::string>();
  const std::string failed =
      failure.empty() ? ""
                      : "; " + CountOf(migration, "failed") +
                            " failed in the background, the latest: " + Printable(failure);
  return CountOf(migration, "moved") + " samples moved, " + CountOf(migration, "waiting") +
         " to be moved, " + CountOf(migration, "mismatches") + " given up for a mismatch; " +
         FormatShare(NumberOf(migration, "share_used")) + " of CPU and disk now, at most " +
         FormatShare(NumberOf(migration, "share_limit")) + " and what is idle" + failed;
}

constexpr size_t kFormColumns = 20;
constexpr size_t kCountColumns = 10;
constexpr size_t kKeptColumns = 11;
constexpr size_t kCpuColumns = 9;
constexpr size_t kPredictedCpuColumns = 10;
constexpr size_t kBytesColumns = 11;
constexpr size_t kMeasuredColumns = 8;

std::string MixRow(const Json& form) {
  const auto count = [&](const char* key, size_t columns) {
    return AtRight(FormatCountInto(form.at(key).get<uint64_t>(), columns - 1), columns);
  };
  const auto bytes = [&](const char* key, size_t columns) {
    return AtRight(BytesOr(form, key), columns);
  };
  const bool is_known = NumberOf(form, "predicted_cpu_s") > 0;  // some sample can take it
  return FitInto(form.at("form").get<std::string>(), kFormColumns) +
         count("samples", kCountColumns) + count("planned_samples", kCountColumns) +
         bytes("bytes", kKeptColumns) + AtRight(CostOr(form, "observed_cpu_s"), kCpuColumns) +
         AtRight(is_known ? CostOr(form, "predicted_cpu_s") : "-", kPredictedCpuColumns) +
         bytes("observed_bytes", kBytesColumns) +
         AtRight(is_known ? BytesOr(form, "predicted_bytes") : "-", kBytesColumns) +
         count("measurements", kMeasuredColumns) + "\n";
}

}  // namespace

std::string PolicyRows(const Json& report) {
  const Json& rates = report.at("rates");
  const Json& load = report.at("load");
  std::string rows = FormatRow("doing", Printable(report.at("why").get<std::string>()));
  rows += FormatRow("rate", RateText(rates));
  rows += FormatRow("could be", PredictionText(rates));
  rows += FormatRow("load", LoadText(load));
  for (const Json& device : load.at("devices")) rows += FormatRow("device", DeviceText(device));
  if (!load.at("pressure").is_null()) {
    rows += FormatRow("pressure", PressureText(load.at("pressure")));
  }
  if (report.at("mode") == "adaptive" && !rates.at("share_of_bound").is_null()) {
    rows += PriceRows(report.at("prices"));
  } else {
    rows += FormatRow("prices", "none: nothing was planned with yet");
  }
  rows += FormatRow("plan", CountOf(report, "samples_known") + " samples known, " +
                                CountOf(report, "plan_changes") + " changes so far");
  rows += FormatRow("moves", MovesText(report.at("migration")));
  return rows + FormatRow("settings", SettingsText(report.at("settings")));
}

std::string MixTable(const Json& mix) {
  if (mix.empty()) return "";
  std::string table = FitInto("FORM", kFormColumns) + AtRight("SAMPLES", kCountColumns) +
                      AtRight("PLANNED", kCountColumns) + AtRight("KEPT", kKeptColumns) +
                      AtRight("CPU/READ", kCpuColumns) + AtRight("EXPECTED", kPredictedCpuColumns) +
                      AtRight("BYTES/READ", kBytesColumns) + AtRight("EXPECTED", kBytesColumns) +
                      AtRight("SEEN", kMeasuredColumns) + "\n";
  for (const Json& form : mix) table += MixRow(form);
  return table;
}

std::string PolicyLine(const Json& report) {
  const Json& load = report.at("load");
  std::string line = RateText(report.at("rates")) + Format("; %.2f", NumberOf(load, "cores_own")) +
                     Format(" of %.2f cores", NumberOf(load, "cores"));
  for (const Json& device : load.at("devices")) {
    line += "; " + Printable(device.at("name").get<std::string>()) + " " +
            FormatMegabytes(NumberOf(device, "bytes_per_s")) + "/s, " +
            FormatShare(NumberOf(device, "busy_share")) + " busy";
  }
  return line + "; " + Printable(report.at("why").get<std::string>());
}

}  // namespace tensorfs
