// SPDX-License-Identifier: MIT
// The policy's answers, as JSON texts, for people: at most 100 columns wide. Pure functions; errors
// are kCorrupt if a text is not such an answer.
#ifndef TENSORFS_TOOLS_POLICY_TABLE_H_
#define TENSORFS_TOOLS_POLICY_TABLE_H_

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>

#include "codec/result.h"

namespace tensorfs {

// Of a PolicyReport's JSON: what the policy does, why, and what it goes by. They throw
// nlohmann::json::exception, as part of a larger table.
std::string PolicyRows(const nlohmann::json& report);
// A line for each form, below a line of headings.
std::string MixTable(const nlohmann::json& mix);
// One line without its end: rate, share of the bound, cores, devices, and why.
std::string PolicyLine(const nlohmann::json& report);

Result<std::string> ExplanationTable(std::string_view json);
Result<std::string> WhatIfTable(std::string_view json);
Result<std::string> HistoryTable(std::string_view json);
Result<std::string> SettingsTable(std::string_view json);
Result<std::string> PinsTable(std::string_view json);

}  // namespace tensorfs

#endif  // TENSORFS_TOOLS_POLICY_TABLE_H_
