// SPDX-License-Identifier: MIT
#include "policy/policy_settings.h"

#include <string>

namespace tensorfs {
namespace {

Result<void> Refuse(const char* setting, const char* expected) {
  return Fail(ErrorCode::kInvalidArgument, std::string(setting) + ": expected " + expected);
}

constexpr double kMost = 1e9;  // of what has no other limit

// These also refuse what is no number.
bool IsShare(double value) { return value >= 0 && value <= 1; }
bool IsWindow(double value) { return value >= 0.1 && value <= kMost; }
bool IsNotNegative(double value) { return value >= 0 && value <= kMost; }

Result<void> Check(const SettingsPatch& patch, const PolicySettings& settings) {
  if (patch.migrate_share && !IsShare(*patch.migrate_share)) {
    return Refuse("migrate_share", "a share from 0 to 1");
  }
  if (patch.window_s && !IsWindow(*patch.window_s)) {
    return Refuse("window_s", "seconds, 0.1 or more");
  }
  if (patch.dead_band && !IsNotNegative(*patch.dead_band)) {
    return Refuse("dead_band", "a gain of 0 or more");
  }
  if (patch.expected_rereads && !IsNotNegative(*patch.expected_rereads)) {
    return Refuse("expected_rereads", "a number of 0 or more");
  }
  if (patch.cache_limit_bytes && !settings.cache_limit_bytes) {
    return Refuse("cache_limit_bytes", "a mount with a cache (--cache, --cache-limit)");
  }
  return {};
}

}  // namespace

Result<PolicySettings> Apply(const SettingsPatch& patch, PolicySettings settings) {
  if (auto valid = Check(patch, settings); !valid) return tl::unexpected(valid.error());
  settings.migrate_share = patch.migrate_share.value_or(settings.migrate_share);
  settings.window_s = patch.window_s.value_or(settings.window_s);
  settings.dead_band = patch.dead_band.value_or(settings.dead_band);
  settings.expected_rereads = patch.expected_rereads.value_or(settings.expected_rereads);
  settings.store_limit_bytes = patch.store_limit_bytes.value_or(settings.store_limit_bytes);
  if (patch.cache_limit_bytes) settings.cache_limit_bytes = patch.cache_limit_bytes;
  return settings;
}

}  // namespace tensorfs
