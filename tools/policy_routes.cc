// SPDX-License-Identifier: MIT
#include "tools/policy_routes.h"

#include <memory>
#include <mutex>
#include <nlohmann/json.hpp>
#include <string>
#include <utility>

#include "tools/derived_json.h"
#include "tools/find_samples.h"
#include "tools/pin_file.h"
#include "tools/policy_json.h"

namespace tensorfs {
namespace {

// What the routes share.
struct Daemon {
  const MountCommand* mount;
  SampleFs* fs;
  PolicySource policy;
  std::shared_ptr<std::mutex> pin_mutex;  // held while pins are changed and saved
};

using Answer = Result<std::string>;

Answer Explain(const Daemon& daemon, PolicyControl* policy, const ControlRequest& request) {
  const Result<Inode> sample = FindSample(*daemon.mount, daemon.fs, request.Parameter("path"));
  if (!sample) return tl::unexpected(sample.error());
  return policy->Explain(*sample).map(
      [](const Explanation& explanation) { return Dump(JsonOf(explanation)); });
}

Answer PlanWhatIf(const Daemon&, PolicyControl* policy, const ControlRequest& request) {
  return WhatIfRequestFrom(request.body)
      .and_then([&](const WhatIfRequest& what_if) { return policy->Plan(what_if); })
      .map([](const WhatIf& plan) { return Dump(JsonOf(plan)); });
}

Answer Set(const Daemon&, PolicyControl* policy, const ControlRequest& request) {
  return SettingsPatchFrom(request.body)
      .and_then([&](const SettingsPatch& patch) { return policy->Set(patch); })
      .map([&] { return Dump(JsonOf(policy->Report().settings)); });
}

Answer ListPins(const Daemon&, PolicyControl* policy, const ControlRequest&) {
  return Dump(JsonOf(policy->Pins()));
}

// REQUIRES: pin_mutex is held.
Answer SaveAndList(const Daemon& daemon, const PolicyControl& policy) {
  const std::vector<PinRule> pins = policy.Pins();
  if (auto saved = SavePins(daemon.mount->daemon.store, pins); !saved) {
    return Fail("the pins are in force, but not saved", saved.error());
  }
  return Dump(JsonOf(pins));
}

// A rule with its pattern relative to the source.
Result<PinRule> RuleFrom(const Daemon& daemon, const std::string& body) try {
  const auto json = nlohmann::json::parse(body);
  PinRule rule{.pattern = json.at("pattern").get<std::string>(), .form = json.value("form", "")};
  Result<std::string> pattern = PathInSource(*daemon.mount, rule.pattern);
  if (!pattern) return tl::unexpected(pattern.error());
  rule.pattern = pattern->empty() ? "." : *std::move(pattern);
  return rule;
} catch (const nlohmann::json::exception& failure) {
  return Fail(ErrorCode::kInvalidArgument, failure.what());
}

// A pattern may be for files to come, but a plain path that names nothing is a mistake.
Result<void> CheckNamesSomething(const Daemon& daemon, const std::string& pattern) {
  if (pattern == "." || pattern.find_first_of("*?[") != std::string::npos) return {};
  const auto found = FindSamples(*daemon.mount, daemon.fs, pattern);
  if (!found && found.error().code == ErrorCode::kNotFound) return tl::unexpected(found.error());
  return {};
}

Answer Pin(const Daemon& daemon, PolicyControl* policy, const ControlRequest& request) {
  const Result<PinRule> rule = RuleFrom(daemon, request.body);
  if (!rule) return tl::unexpected(rule.error());
  const Result<void> named = CheckNamesSomething(daemon, rule->pattern);
  if (!named) return tl::unexpected(named.error());
  const std::lock_guard lock(*daemon.pin_mutex);
  if (auto pinned = policy->Pin(*rule); !pinned) return tl::unexpected(pinned.error());
  return SaveAndList(daemon, *policy);
}

Answer Unpin(const Daemon& daemon, PolicyControl* policy, const ControlRequest& request) {
  const Result<PinRule> rule = RuleFrom(daemon, request.body);
  if (!rule) return tl::unexpected(rule.error());
  const std::lock_guard lock(*daemon.pin_mutex);
  if (auto freed = policy->Unpin(rule->pattern); !freed) return tl::unexpected(freed.error());
  return SaveAndList(daemon, *policy);
}

Answer Report(const Daemon&, PolicyControl* policy, const ControlRequest&) {
  return Dump(JsonOf(policy->Report()));
}

Answer Pause(const Daemon& daemon, PolicyControl* policy, const ControlRequest& request) {
  policy->Pause();
  return Report(daemon, policy, request);
}

Answer Resume(const Daemon& daemon, PolicyControl* policy, const ControlRequest& request) {
  policy->Resume();
  return Report(daemon, policy, request);
}

Answer History(const Daemon&, PolicyControl* policy, const ControlRequest&) {
  return Dump(JsonOf(policy->History()));
}

}  // namespace

std::vector<ControlRoute> PolicyRoutes(const MountCommand* mount, SampleFs* fs,
                                       PolicySource policy) {
  const Daemon daemon{mount, fs, std::move(policy), std::make_shared<std::mutex>()};
  const auto with = [&](auto* answer) {
    return [daemon, answer](const ControlRequest& request) -> ControlReply {
      const Result<PolicyControl*> control = daemon.policy();
      if (!control) return ControlError(control.error());
      return ControlAnswer(answer(daemon, *control, request));
    };
  };
  return {
      {"GET", "/v1/policy", with(&Report)},           {"GET", "/v1/policy/explain", with(&Explain)},
      {"GET", "/v1/policy/history", with(&History)},  {"GET", "/v1/policy/pins", with(&ListPins)},
      {"POST", "/v1/policy/plan", with(&PlanWhatIf)}, {"POST", "/v1/policy/set", with(&Set)},
      {"POST", "/v1/policy/pin", with(&Pin)},         {"POST", "/v1/policy/unpin", with(&Unpin)},
      {"POST", "/v1/policy/pause", with(&Pause)},     {"POST", "/v1/policy/resume", with(&Resume)}};
}

}  // namespace tensorfs
