// SPDX-License-Identifier: MIT
#include "tools/policy_text.h"

#include <cmath>
#include <ctime>
#include <nlohmann/json.hpp>
#include <string_view>

#include "fs/printable.h"
#include "tools/table_text.h"

namespace tensorfs {
namespace {

using Json = nlohmann::json;

constexpr double kMegabyte = 1e6;
constexpr double kGibibyte = 1024.0 * 1024 * 1024;
constexpr std::string_view kFree = "free";  // how WordsFor says so

std::string TextOf(const Json& object, const char* key) {
  return Printable(object.at(key).get<std::string>());
}

double NumberOf(const Json& object, const char* key) { return object.at(key).get<double>(); }

// What one unit that a person thinks in costs.
std::string UnitPrice(const Json& price) {
  const auto kind = price.at("kind").get<std::string>();
  const double per_unit = NumberOf(price, "per_unit");
  if (kind == "cpu") return "a CPU second costs " + FormatCost(per_unit);
  if (kind == "device") return "a megabyte costs " + FormatCost(per_unit * kMegabyte);
  return "a GiB costs " + FormatCost(per_unit * kGibibyte);
}

}  // namespace

std::string FormatCost(double seconds) {
  if (seconds == 0) return "0";
  if (seconds < 1e-3) return Format(seconds < 1e-5 ? "%.2f us" : "%.0f us", 1e6 * seconds);
  return seconds < 0.99999 ? Format("%.2f ms", 1e3 * seconds) : Format("%.2f s", seconds);
}

std::string FormatShare(double share) { return Format("%.0f %%", 100 * share); }
std::string FormatGain(double gain) { return Format("%+.0f %%", 100 * gain); }
std::string FormatMegabytes(double bytes) { return Format("%.1f MB", bytes / kMegabyte); }

std::string FormatTime(double unix_time_s) {
  const auto seconds = static_cast<time_t>(unix_time_s);
  struct tm local = {};
  localtime_r(&seconds, &local);
  char text[32];
  return std::string(text, std::strftime(text, sizeof(text), "%Y-%m-%d %H:%M:%S", &local));
}

std::string FormatRate(double samples_per_s) {
  const auto tenths = static_cast<uint64_t>(std::llround(10 * samples_per_s));
  return FormatCount(tenths / 10) + "." + std::to_string(tenths % 10);
}

std::string FormatCountInto(uint64_t count, size_t columns) {
  std::string text = FormatCount(count);
  if (text.size() <= columns) return text;
  return Format(count < 100'000'000 ? "%.1f M" : "%.0f M", static_cast<double>(count) / 1e6);
}

std::string CostOr(const Json& object, const char* key) {
  const Json& value = object.at(key);
  return value.is_null() ? "-" : FormatCost(value.get<double>());
}

std::string BytesOr(const Json& object, const char* key) {
  const Json& value = object.at(key);
  return value.is_null() ? "-" : FormatBytes(value.get<double>());
}

std::string CapacitiesText(const Json& object) {
  std::string text = Format("%.2f cores", NumberOf(object, "cores"));
  for (const Json& device : object.at("devices")) {
    const Json& capacity = device.at("capacity_bytes_per_s");
    text += ", " + TextOf(device, "name") + " " +
            (capacity.is_null() ? "not known" : FormatMegabytes(capacity.get<double>()) + "/s");
  }
  return text;
}

std::string PriceText(const Json& price) {
  const double weight = NumberOf(price, "weight");
  const std::string words = TextOf(price, "words");
  if (words.starts_with(kFree)) return words;
  return words + (weight > 0 ? ", " + FormatShare(weight) : "") + "; " + UnitPrice(price);
}

std::string PricesInShort(const Json& prices) {
  std::string text;
  for (const Json& price : prices) {
    const auto kind = price.at("kind").get<std::string>();
    const bool is_room = kind == "store" || kind == "cache";
    if (is_room && TextOf(price, "words").starts_with(kFree)) continue;
    text += (text.empty() ? "" : ", ") + TextOf(price, "name") + " " +
            (is_room ? FormatCost(NumberOf(price, "per_unit") * kGibibyte) + "/GiB"
                     : FormatShare(NumberOf(price, "weight")));
  }
  return text.empty() ? "none" : text;
}

std::string PriceRows(const Json& prices) {
  std::string rows;
  for (const Json& price : prices) {
    rows +=
        FormatRow(rows.empty() ? "prices" : "", TextOf(price, "name") + ": " + PriceText(price));
  }
  return rows;
}

std::string SettingsText(const Json& settings) {
  const Json& cache_limit = settings.at("cache_limit_bytes");
  return "migrate-share " + FormatShare(NumberOf(settings, "migrate_share")) +
         Format(", window %g s", NumberOf(settings, "window_s")) + ", dead-band " +
         FormatShare(NumberOf(settings, "dead_band")) +
         Format(", expected-rereads %g", NumberOf(settings, "expected_rereads")) +
         ", store-limit " + FormatBytes(NumberOf(settings, "store_limit_bytes")) +
         (cache_limit.is_null() ? "" : ", cache-limit " + FormatBytes(cache_limit.get<double>()));
}

}  // namespace tensorfs
