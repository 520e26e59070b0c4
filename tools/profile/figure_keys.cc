// SPDX-License-Identifier: MIT
#include "tools/profile/figure_keys.h"

#include <algorithm>

#include "tools/profile/profile_words.h"
#include "tools/profile/svg.h"

namespace tensorfs {
namespace {

constexpr const char* kUnpack = "unpack";
constexpr const char* kEncode = "encode";

std::string StageOf(const Strategy& strategy) {
  return strategy.form.substr(0, strategy.form.find(':'));
}

void AddNew(std::vector<std::string>& names, std::string name) {
  if (std::ranges::find(names, name) == names.end()) names.push_back(std::move(name));
}

// Grey is left out; after the last colour they begin again.
int ColourOfStage(int stage) { return 1 + stage % (kColours - 1); }

constexpr int kPackingColour = kColours - 1;

}  // namespace

FormKeys::FormKeys(const Profile& profile) {
  for (const Strategy& strategy : profile.strategies) {
    stages_.emplace(strategy.stage, StageOf(strategy));
    AddNew(encodings_, std::string(WithoutLevel(strategy.encoding)));
  }
}

int FormKeys::ColourOf(const Strategy& strategy) const { return ColourOfStage(strategy.stage); }

int FormKeys::MarkerOf(const Strategy& strategy) const {
  const auto found = std::ranges::find(encodings_, WithoutLevel(strategy.encoding));
  return static_cast<int>(found - encodings_.begin()) % kMixMarker;
}

std::vector<LegendEntry> FormKeys::Legend() const {
  std::vector<LegendEntry> legend;
  for (const auto& [stage, name] : stages_) {
    legend.push_back({.name = name, .colour = ColourOfStage(stage)});
  }
  for (size_t i = 0; i < encodings_.size(); ++i) {
    legend.push_back({.name = encodings_[i], .marker = static_cast<int>(i) % kMixMarker});
  }
  return legend;
}

StepKeys::StepKeys(const Profile& profile, std::vector<StepTime> Strategy::*times) {
  for (const ProfiledStep& step : profile.steps) stages_.emplace(step.name, step.stage);
  for (const Strategy& strategy : profile.strategies) {
    for (const StepTime& step : strategy.*times) AddNew(keys_, KeyOf(step.name));
  }
  std::ranges::stable_sort(keys_, {}, [this](const std::string& key) { return PlaceOf(key); });
}

int StepKeys::PlaceOf(const std::string& key) const {
  constexpr int kAfterAllStages = 1000;
  if (key == kUnpack) return -1;
  if (key == kEncode) return kAfterAllStages;
  const auto stage = stages_.find(key);
  return stage == stages_.end() ? kAfterAllStages + 1 : stage->second;
}

int StepKeys::ColourOf(std::string_view step) const {
  const std::string key = KeyOf(step);
  if (key == kUnpack || key == kEncode) return kPackingColour;
  const auto stage = stages_.find(key);
  return stage == stages_.end() ? 0 : ColourOfStage(stage->second);
}

std::vector<LegendEntry> StepKeys::Legend() const {
  std::vector<LegendEntry> legend;
  for (const std::string& key : keys_) legend.push_back({.name = key, .colour = ColourOf(key)});
  return legend;
}

std::string StepKeys::KeyOf(std::string_view step) {
  if (step.starts_with("encode ")) return kEncode;
  if (!step.starts_with("decode ")) return std::string(step);
  return step.starts_with("decode source:") ? "decode" : kUnpack;
}

}  // namespace tensorfs
