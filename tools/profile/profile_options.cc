// SPDX-License-Identifier: MIT
#include "tools/profile/profile_options.h"

#include <algorithm>
#include <array>
#include <string>
#include <utility>

#include "tools/mount_options.h"
#include "tools/option_values.h"
#include "tools/suggestion.h"

namespace tensorfs {
namespace {

constexpr std::array<std::pair<std::string_view, double ProfileWeights::*>, 3> kGoals = {{
    {"throughput", &ProfileWeights::throughput},
    {"storage", &ProfileWeights::storage},
    {"time", &ProfileWeights::time},
}};
constexpr std::array<std::string_view, 3> kGoalNames = {"throughput", "storage", "time"};

tl::unexpected<Error> Refuse(std::string_view text, const std::string& cause) {
  return Fail(ErrorCode::kInvalidArgument, '"' + std::string(text) + "\": " + cause);
}

}  // namespace

Result<ProfileWeights> ParseWeights(std::string_view text) {
  ProfileWeights weights{.throughput = 0, .storage = 0, .time = 0};
  for (const std::string& part : SplitAtCommas(std::string(text))) {
    const size_t equals = part.find('=');
    const std::string name = part.substr(0, equals);
    const auto* goal = std::ranges::find(kGoalNames, name);
    if (equals == part.npos && goal != kGoalNames.end()) {
      return Refuse(text, "expected a weight, as in " + name + "=1");
    }
    if (equals == part.npos || goal == kGoalNames.end()) {
      return Refuse(text, "expected weights of throughput, storage and time, as in " +
                              std::string("throughput=1,storage=0.5") + Suggest(name, kGoalNames));
    }
    const Result<double> weight = ParseAmount(std::string_view(part).substr(equals + 1));
    if (!weight) return Refuse(part, weight.error().message);
    weights.*kGoals[static_cast<size_t>(goal - kGoalNames.begin())].second = *weight;
  }
  if (weights.throughput + weights.storage + weights.time > 0) return weights;
  return Refuse(text, "expected a weight above 0");
}

Result<std::vector<int>> ParseThreadCounts(std::string_view text) {
  std::vector<int> counts;
  for (const std::string& part : SplitAtCommas(std::string(text))) {
    const Result<int> count = ParseCount(part);
    if (!count) return Refuse(text, "expected numbers from 1 on, as in 1,2,8");
    if (*count > kMostThreads) return Refuse(text, "at most " + std::to_string(kMostThreads));
    counts.push_back(*count);
  }
  if (counts.empty()) return Refuse(text, "expected numbers from 1 on, as in 1,2,8");
  std::ranges::sort(counts);
  const auto repeated = std::ranges::unique(counts);
  counts.erase(repeated.begin(), repeated.end());
  return counts;
}

}  // namespace tensorfs
