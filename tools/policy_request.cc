// SPDX-License-Identifier: MIT
#include <algorithm>
#include <functional>
#include <nlohmann/json.hpp>
#include <optional>
#include <string_view>
#include <type_traits>
#include <vector>

#include "tools/policy_json.h"

namespace tensorfs {
namespace {

using Json = nlohmann::json;

// The members of a request: how each is written and read.
template <typename Request>
struct Member {
  std::string_view name;
  std::function<Json(const Request&)> get;         // null if it is not given
  std::function<bool(const Json&, Request*)> set;  // false for what is no such number
};

template <typename Request, typename Value>
Member<Request> MemberOf(std::string_view name, std::optional<Value> Request::*value) {
  return {name,
          [value](const Request& request) {
            return request.*value ? Json(*(request.*value)) : Json(nullptr);
          },
          [value](const Json& json, Request* request) {
            // A negative or broken number would otherwise be turned into some other.
            const bool fits =
                std::is_unsigned_v<Value> ? json.is_number_unsigned() : json.is_number();
            if (fits) request->*value = json.get<Value>();
            return fits;
          }};
}

std::vector<Member<SettingsPatch>> MembersOf(const SettingsPatch*) {
  return {MemberOf("migrate_share", &SettingsPatch::migrate_share),
          MemberOf("window_s", &SettingsPatch::window_s),
          MemberOf("dead_band", &SettingsPatch::dead_band),
          MemberOf("expected_rereads", &SettingsPatch::expected_rereads),
          MemberOf("store_limit_bytes", &SettingsPatch::store_limit_bytes),
          MemberOf("cache_limit_bytes", &SettingsPatch::cache_limit_bytes)};
}

std::vector<Member<WhatIfRequest>> MembersOf(const WhatIfRequest*) {
  return {MemberOf("cores", &WhatIfRequest::cores),
          MemberOf("disk_bytes_per_s", &WhatIfRequest::disk_bytes_per_s),
          MemberOf("store_limit_bytes", &WhatIfRequest::store_limit_bytes)};
}

template <typename Request>
std::string Write(const Request& request) {
  Json json = Json::object();
  for (const auto& member : MembersOf(&request)) {
    const Json value = member.get(request);
    if (!value.is_null()) json[std::string(member.name)] = value;
  }
  return json.dump();
}

template <typename Request>
Result<Request> Read(const std::string& text) try {
  const Json json = Json::parse(text);
  if (!json.is_object()) return Fail(ErrorCode::kInvalidArgument, "expected a JSON object");
  Request request;
  const auto members = MembersOf(&request);
  for (const auto& [name, value] : json.items()) {
    const auto member = std::ranges::find(members, name, &Member<Request>::name);
    if (member == members.end()) {
      return Fail(ErrorCode::kInvalidArgument, name + ": there is no such setting");
    }
    if (!member->set(value, &request)) {
      return Fail(ErrorCode::kInvalidArgument, name + ": expected a number, not " + value.dump());
    }
  }
  return request;
} catch (const Json::exception& failure) {
  return Fail(ErrorCode::kInvalidArgument, failure.what());
}

}  // namespace

std::string ToJson(const SettingsPatch& patch) { return Write(patch); }
std::string ToJson(const WhatIfRequest& request) { return Write(request); }

Result<SettingsPatch> SettingsPatchFrom(const std::string& json) {
  return Read<SettingsPatch>(json);
}

Result<WhatIfRequest> WhatIfRequestFrom(const std::string& json) {
  return Read<WhatIfRequest>(json);
}

}  // namespace tensorfs
