// SPDX-License-Identifier: MIT
#include "policy/policy_report.h"

#include <array>

namespace tensorfs {

std::string_view NameOf(PolicyMode mode) {
  constexpr std::array<std::string_view, 3> kNames = {"adaptive", "fixed", "keep"};
  return kNames[static_cast<size_t>(mode)];
}

std::string_view NameOf(PolicyState state) {
  constexpr std::array<std::string_view, kPolicyStates> kNames = {
      "off", "measuring", "watching", "reader-bound", "not-worth", "moving", "settled", "paused"};
  return kNames[static_cast<size_t>(state)];
}

std::string_view WordsFor(const ResourcePrice& price) {
  constexpr double kAlone = 0.99;
  constexpr double kMost = 0.5;
  // The planner's prices are near the best ones: what is not short may keep a little of a price.
  constexpr double kNone = 0.005;
  constexpr double kNonePerByte = 1e-12;  // a byte that is short saves some 1e-9 s
  using Kind = ResourcePrice::Kind;
  if (price.kind == Kind::kStore || price.kind == Kind::kCache) {
    return price.per_unit < kNonePerByte ? "free: there is room"
                                         : "full: what is kept there must be worth it";
  }
  if (price.weight < kNone) return "free: there is enough of it";
  if (price.weight >= kAlone) return "the bottleneck";
  return price.weight >= kMost ? "the bottleneck for most" : "a bottleneck for some";
}

}  // namespace tensorfs
