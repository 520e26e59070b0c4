// SPDX-License-Identifier: MIT
#include "tools/cache_table.h"

#include <cstdint>
#include <nlohmann/json.hpp>

#include "fs/printable.h"
#include "tools/table_text.h"

namespace tensorfs {
namespace {

using Json = nlohmann::json;

std::string Count(const Json& object, const char* key) {
  return FormatCount(object.at(key).get<uint64_t>());
}

std::string Count(const Json& object, const char* key, const char* noun) {
  return FormatCount(object.at(key).get<uint64_t>(), noun);
}

std::string Bytes(const Json& object, const char* key) {
  return FormatBytes(object.at(key).get<double>());
}

std::string UseOf(const Json& object) {
  const Json& limit = object.at("limit_bytes");
  const bool is_known = limit.is_number() && limit != 0;
  return Bytes(object, "used_bytes") + " on disk" +
         (is_known ? " of at most " + FormatBytes(limit.get<double>()) : "");
}

std::string ConditionRow(const Json& object) {
  const auto condition = object.at("condition").get<std::string>();
  return condition.empty() ? "" : FormatRow("  condition", Printable(condition));
}

std::string GenerationsOf(const Json& cache) {
  const Json& generations = cache.at("generations");
  if (generations.empty()) return "none";
  return FormatCount(generations.size()) + ", from number " +
         std::to_string(generations.front().at("number").get<uint64_t>()) + " to " +
         std::to_string(generations.back().at("number").get<uint64_t>());
}

// What was counted since the mount.
std::string CountersOf(const Json& cache) {
  const auto hit_percent = 100 * cache.at("hit_rate").get<double>();
  std::string rows =
      FormatRow("  reads", Count(cache, "hits") + " hits, " + Count(cache, "misses") + " misses" +
                               Format(" (%.1f %% hits)", hit_percent));
  rows += FormatRow("  saved", Format("%.1f s of CPU, ", cache.at("saved_cpu_s").get<double>()) +
                                   Bytes(cache, "saved_source_bytes") + " of source files");
  rows += FormatRow("  admission", Count(cache, "admitted") + " admitted, " +
                                       Count(cache, "displaced") + " displaced by them, " +
                                       Count(cache, "refused") + " refused, " +
                                       Count(cache, "queue_full") + " lost to a slow disk");
  rows += FormatRow("  failures", Count(cache, "corrupt") + " damaged, " +
                                      Count(cache, "not_written") + " not written, " +
                                      Count(cache, "write_failures") + " failed writes");
  return rows;
}

std::string CacheRows(const Json& cache, bool at_rest) {
  if (cache.is_null()) return FormatRow("cache", "none");
  std::string rows = FormatRow("cache", Printable(cache.at("directory").get<std::string>()));
  rows += FormatRow("  holds", Count(cache, "entries", "tensor") + ", " +
                                   Bytes(cache, "live_bytes") + " live and " +
                                   Bytes(cache, "dead_bytes") + " dead; " + UseOf(cache));
  rows += FormatRow("  generations", GenerationsOf(cache));
  if (!at_rest) rows += CountersOf(cache);
  return rows + ConditionRow(cache);
}

std::string FormsOf(const Json& forms) {
  std::string text;
  for (const Json& form : forms) {
    text += (text.empty() ? "" : ", ") + form.at("form").get<std::string>() + " " +
            Count(form, "samples") + " (" + Bytes(form, "bytes") + ")";
  }
  return text.empty() ? "none" : text;
}

std::string FailuresOf(const Json& store) {
  const auto damaged =
      store.at("corrupt_records").get<uint64_t>() + store.at("corrupt_entries").get<uint64_t>();
  const bool is_lost = store.at("catalogs_replaced").get<uint64_t>() > 0;
  return FormatCount(damaged) + " damaged, " + Count(store, "read_errors") + " failed reads, " +
         Count(store, "write_errors") + " failed writes" +
         (is_lost ? "; the catalog was damaged and started empty" : "");
}

std::string StoreRows(const Json& store) {
  if (store.is_null()) return "";
  std::string rows = FormatRow("store", Printable(store.at("directory").get<std::string>()));
  rows +=
      FormatRow("  holds", Count(store, "samples", "sample") + ", " + Bytes(store, "live_bytes") +
                               " live and " + Bytes(store, "garbage_bytes") + " garbage in " +
                               Count(store, "segments", "segment") + "; " + UseOf(store));
  rows += FormatRow("  forms", FormsOf(store.at("forms")));
  rows += FormatRow("  failures", FailuresOf(store));
  return rows + ConditionRow(store);
}

constexpr size_t kReadsColumns = 8;
constexpr size_t kSavedColumns = 10;
constexpr size_t kBytesColumns = 11;
constexpr size_t kGenerationColumns = 6;
constexpr size_t kFormColumns = 20;
constexpr size_t kPathColumns = 100 - kReadsColumns - kSavedColumns - kBytesColumns -
                                kGenerationColumns - kFormColumns - 4;  // the blanks between

std::string FormatSeconds(double seconds) {
  return seconds < 1 ? Format("%.1f ms", 1e3 * seconds) : Format("%.1f s", seconds);
}

std::string ListRow(const Json& entry) {
  const Json& form = entry.at("form");
  const auto path = Printable(entry.at("path").get<std::string>());
  std::string row = AtRight(Count(entry, "reads"), kReadsColumns) +
                    AtRight(FormatSeconds(entry.at("saved_cpu_s").get<double>()), kSavedColumns) +
                    AtRight(Bytes(entry, "bytes"), kBytesColumns) +
                    AtRight(Count(entry, "generation"), kGenerationColumns) + "  " +
                    FitInto(form.is_null() ? "-" : form.get<std::string>(), kFormColumns) + "  " +
                    FitInto(path, kPathColumns);
  row.erase(row.find_last_not_of(' ') + 1);
  return row + "\n";
}

Result<std::string> NoAnswer(const Json::exception& failure) {
  return Fail(ErrorCode::kCorrupt, std::string("the answer about the cache: ") + failure.what());
}

}  // namespace

Result<std::string> CacheStatsTable(std::string_view json) try {
  const Json contents = Json::parse(json);
  return CacheRows(contents.at("cache"), contents.at("at_rest").get<bool>()) +
         StoreRows(contents.at("sample_store"));
} catch (const Json::exception& failure) {
  return NoAnswer(failure);
}

Result<std::string> CacheListTable(std::string_view json) try {
  const Json list = Json::parse(json);
  const Json& entries = list.at("entries");
  if (entries.empty()) return std::string("the cache is empty\n");
  std::string table = AtRight("READS", kReadsColumns) + AtRight("SAVED", kSavedColumns) +
                      AtRight("SIZE", kBytesColumns) + AtRight("GEN", kGenerationColumns) + "  " +
                      FitInto("KEPT AS", kFormColumns) + "  PATH\n";
  for (const Json& entry : entries) table += ListRow(entry);
  const auto total = list.at("total").get<uint64_t>();
  if (total > entries.size()) {
    table += FormatCount(entries.size()) + " of " + FormatCount(total) + " tensors\n";
  }
  return table;
} catch (const Json::exception& failure) {
  return NoAnswer(failure);
}

}  // namespace tensorfs
