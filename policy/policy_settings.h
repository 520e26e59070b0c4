// SPDX-License-Identifier: MIT
// What a user may set about the policy while it works. Plain values and pure functions. Shares are
// fractions: 0.2 is 20 %.
#ifndef TENSORFS_POLICY_POLICY_SETTINGS_H_
#define TENSORFS_POLICY_POLICY_SETTINGS_H_

#include <cstdint>
#include <optional>

#include "codec/result.h"

namespace tensorfs {

struct PolicySettings {
  double migrate_share = 0.2;    // of CPU and disk, that moves may take: 0 to 1
  double window_s = 1;           // over which load is observed: above 0
  double dead_band = 0.1;        // a plan must be better by this much: 0 and more
  double expected_rereads = 30;  // of each sample; over these a move must pay: 0 and more
  uint64_t store_limit_bytes = 0;
  std::optional<uint64_t> cache_limit_bytes;  // nothing without a cache
};

// What `tensorfs policy set` changes; all else stays.
struct SettingsPatch {
  std::optional<double> migrate_share = {};
  std::optional<double> window_s = {};
  std::optional<double> dead_band = {};
  std::optional<double> expected_rereads = {};
  std::optional<uint64_t> store_limit_bytes = {};
  std::optional<uint64_t> cache_limit_bytes = {};
};

// Errors: kInvalidArgument, naming the setting, for a value out of its range, or a limit of a cache
// that there is not. Whether a store or a cache can take its limit is not looked at.
Result<PolicySettings> Apply(const SettingsPatch& patch, PolicySettings settings);

}  // namespace tensorfs

#endif  // TENSORFS_POLICY_POLICY_SETTINGS_H_
