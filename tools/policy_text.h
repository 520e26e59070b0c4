// SPDX-License-Identifier: MIT
// Parts of the policy's reports, as JSON, in words. Pure functions; what is not of that form throws
// nlohmann::json::exception.
#ifndef TENSORFS_TOOLS_POLICY_TEXT_H_
#define TENSORFS_TOOLS_POLICY_TEXT_H_

#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <string>

namespace tensorfs {

std::string FormatCost(double seconds);        // "850 us", "2.61 ms", "1.50 s"
std::string FormatShare(double share);         // 0.2 as "20 %"
std::string FormatGain(double gain);           // 0.2 as "+20 %"
std::string FormatMegabytes(double bytes);     // "25.0 MB", of 10^6 bytes as disks have them
std::string FormatTime(double unix_time_s);    // "2026-11-21 15:04:05", local
std::string FormatRate(double samples_per_s);  // "1,204.5"
// In at most so many columns: "1,234,567" or "12.3 M".
std::string FormatCountInto(uint64_t count, size_t columns);

// The value of a member that may be null, or "-".
std::string CostOr(const nlohmann::json& object, const char* key);
std::string BytesOr(const nlohmann::json& object, const char* key);

// "1.90 cores, sda 25.0 MB/s": what the machine can do.
std::string CapacitiesText(const nlohmann::json& object);

// "the bottleneck for most, 63 %; a CPU second costs 315.00 ms".
std::string PriceText(const nlohmann::json& price);
// "CPU 63 %, sda 37 %": weights, and of what is kept the price of a GiB.
std::string PricesInShort(const nlohmann::json& prices);
// A row of FormatRow for each.
std::string PriceRows(const nlohmann::json& prices);

// "migrate-share 20 %, window 10 s, …", as the options of `tensorfs policy set`.
std::string SettingsText(const nlohmann::json& settings);

}  // namespace tensorfs

#endif  // TENSORFS_TOOLS_POLICY_TEXT_H_
