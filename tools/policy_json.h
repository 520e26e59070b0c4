// SPDX-License-Identifier: MIT
// The policy's reports as JSON, and requests to it from JSON. Names and units are those of
// policy/policy_report.h; what is not known is null. Pure functions.
#ifndef TENSORFS_TOOLS_POLICY_JSON_H_
#define TENSORFS_TOOLS_POLICY_JSON_H_

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "codec/result.h"
#include "policy/pins.h"
#include "policy/policy_report.h"

namespace tensorfs {

nlohmann::ordered_json JsonOf(const PolicyReport& report);
nlohmann::ordered_json JsonOf(const PolicySettings& settings);
nlohmann::ordered_json JsonOf(const Explanation& explanation);
nlohmann::ordered_json JsonOf(const WhatIf& plan);
nlohmann::ordered_json JsonOf(const std::vector<PlanChange>& history);  // {"changes": […]}
nlohmann::ordered_json JsonOf(const std::vector<PinRule>& pins);        // {"pins": […]}

// Objects without what is not given.
std::string ToJson(const SettingsPatch& patch);
std::string ToJson(const WhatIfRequest& request);
// Errors: kInvalidArgument for what is no such object, or has members that are not known.
Result<SettingsPatch> SettingsPatchFrom(const std::string& json);
Result<WhatIfRequest> WhatIfRequestFrom(const std::string& json);

}  // namespace tensorfs

#endif  // TENSORFS_TOOLS_POLICY_JSON_H_
