// SPDX-License-Identifier: MIT
#include "policy/policy_report.h"

#include <array>

namespace tensorfs {

std::string_view NameOf(PolicyMode mode) {
  constexpr std::array<std::string_view, 3> kNames = {"adaptive", "fixed", "keep"};
  return kNames[static_cast<size_t>(mode)];
}

std::string_view NameOf(PolicyState state) {
  constexpr std::array<std::string_view, 8> kNames = {
      "off", "measuring", "watching", "reader-bound", "not-worth", "moving", "settled", "paused"};
  return kNames[static_cast<size_t>(state)];
}

std::string_view WordsFor(const ResourcePrice& price) {
  constexpr double kAlone = 0.99;
  constexpr double kMost = 0.5;
  const bool is_room =
      price.kind == ResourcePrice::Kind::kStore || price.kind == ResourcePrice::Kind::kCache;
  if (price.per_unit <= 0) return is_room ? "free: there is room" : "free: there is enough of it";
  if (is_room) return "full: what is kept there must be worth it";
  if (price.weight >= kAlone) return "the bottleneck";
  return price.weight >= kMost ? "the bottleneck for most" : "a bottleneck for some";
}

}  // namespace tensorfs
