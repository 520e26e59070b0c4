// SPDX-License-Identifier: MIT
#include <nlohmann/json.hpp>
#include <utility>
#include <vector>

#include "fs/printable.h"
#include "tools/policy_table.h"
#include "tools/status.h"
#include "tools/table_text.h"

namespace tensorfs {
namespace {

// The mean over everything since the start, for when nothing was made lately.
double MeanCpuUs(const nlohmann::json& status) {
  const auto samples = status.at("samples").get<double>();
  return samples == 0 ? 0 : status.at("sample_cpu_s").get<double>() * 1e6 / samples;
}

// "final:raw 1,234 (183.2 MiB)", …; samples that were never converted are not counted one by one.
std::string FormatForms(const nlohmann::json& forms) {
  std::string text;
  for (const nlohmann::json& form : forms) {
    text += (text.empty() ? "" : ", ") + form.at("form").get<std::string>() + " " +
            FormatCount(form.at("samples").get<uint64_t>()) + " (" +
            FormatBytes(form.at("bytes").get<double>()) + ")";
  }
  return text.empty() ? "all source:original" : text + ", the rest source:original";
}

std::string FormatMigration(const nlohmann::json& migration) {
  const auto count = [&](const char* key) {
    return FormatCount(migration.at(key).get<uint64_t>());
  };
  return count("converted") + " converted, " + count("waiting") + " waiting, " + count("unsuited") +
         " cannot take the form, " + count("failed") + " failed";
}

std::string FormatOrigins(const nlohmann::json& origins) {
  std::string text;
  for (const auto& [name, origin] : origins.items()) {
    text += (text.empty() ? "" : ", ") + FormatCount(origin.at("samples").get<uint64_t>()) +
            " from the " + name + " (" + FormatBytes(origin.at("read_bytes").get<double>()) + ")";
  }
  return text;
}

std::string FormatUse(const nlohmann::json& part) {
  std::string text = FormatBytes(part.at("used_bytes").get<double>()) + " of " +
                     FormatBytes(part.at("limit_bytes").get<double>());
  const auto condition = part.at("condition").get<std::string>();
  return condition.empty() ? text : text + "; " + Printable(condition);
}

std::string FormatCache(const nlohmann::json& cache) {
  if (cache.is_null()) return "none";
  return FormatCount(cache.at("entries").get<uint64_t>()) + " tensors, " +
         Format("%.1f %% hits, ", 100 * cache.at("hit_rate").get<double>()) +
         Format("%.1f s of CPU saved, ", cache.at("saved_cpu_s").get<double>()) + FormatUse(cache);
}

std::string Render(const nlohmann::json& status) {
  const auto text = [&](const char* key) { return Printable(status.at(key).get<std::string>()); };
  const auto count = [&](const char* key) { return FormatCount(status.at(key).get<uint64_t>()); };
  const auto bytes = [](const nlohmann::json& object, const char* key) {
    return FormatBytes(object.at(key).get<double>());
  };
  const nlohmann::json& recent = status.at("recent");
  const nlohmann::json& process = status.at("process");
  const nlohmann::json& memory = status.at("memory");
  const nlohmann::json& kernel = status.at("kernel");
  std::string features;
  for (const nlohmann::json& feature : kernel.at("features")) {
    features += (features.empty() ? "" : ", ") + feature.get<std::string>();
  }
  const std::vector<std::pair<const char*, std::string>> what = {
      {"source", text("source")},        {"mountpoint", text("mountpoint")},
      {"store", text("store")},          {"pipeline", text("pipeline")},
      {"presented as", text("present")}, {"policy", text("policy")},
  };
  const nlohmann::json& policy = status.at("policy_report");
  const std::vector<std::pair<const char*, std::string>> rest = {
      {"forms", FormatForms(status.at("forms"))},
      {"migration", FormatMigration(status.at("migration"))},
      {"kept", FormatUse(status.at("sample_store"))},
      {"cache", FormatCache(status.at("cache"))},
      {"uptime", FormatDuration(status.at("uptime_s").get<double>())},
      {"samples", count("samples") + " made, " + count("sample_errors") + " failed"},
      {"lately", Format("%.1f samples/s, ", recent.at("samples_per_s").get<double>()) +
                     Format("%.0f us of CPU each", recent.at("cpu_us_per_sample").get<double>())},
      {"CPU", Format("%.0f us a sample since the start, ", MeanCpuUs(status)) +
                  Format("%.1f s by the whole process", process.at("cpu_s").get<double>())},
      {"reads", count("reads") + " answered with " + bytes(status, "bytes_served")},
      {"made", FormatOrigins(status.at("origins"))},
      {"memory", bytes(memory, "used_bytes") + " of " + bytes(memory, "limit_bytes") +
                     " for tensors in flight, at most " + bytes(memory, "peak_bytes") +
                     " so far; " + bytes(process, "resident_bytes") + " resident"},
      {"process", std::to_string(status.at("pid").get<int>()) + ", tensorfs " + text("version")},
      {"kernel", "Linux " + kernel.at("release").get<std::string>() + ", libfuse " +
                     kernel.at("libfuse").get<std::string>()},
      {"features", features},
  };
  std::string table;
  for (const auto& [label, value] : what) table += FormatRow(label, value);
  if (!policy.is_null()) table += PolicyRows(policy);
  for (const auto& [label, value] : rest) table += FormatRow(label, value);
  return policy.is_null() ? table : table + "\n" + MixTable(policy.at("mix"));
}

}  // namespace

Result<std::string> ToTable(std::string_view json) try {
  return Render(nlohmann::json::parse(json));
} catch (const nlohmann::json::exception& failure) {
  return Fail(ErrorCode::kCorrupt, std::string("the daemon's status: ") + failure.what());
}

}  // namespace tensorfs
