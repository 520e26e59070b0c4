// SPDX-License-Identifier: MIT
#include "tools/profile/figure_keys.h"

#include <algorithm>

#include "tools/profile/profile_words.h"
#include "tools/profile/svg.h"

namespace tensorfs {
namespace {

constexpr std::string_view kFilesystem = "filesystem";

std::string StageOf(const Strategy& strategy) {
  return strategy.form.substr(0, strategy.form.find(':'));
}

void AddNew(std::vector<std::string>& names, std::string name) {
  if (std::ranges::find(names, name) == names.end()) names.push_back(std::move(name));
}

int IndexOf(const std::vector<std::string>& names, std::string_view name) {
  return static_cast<int>(std::ranges::find(names, name) - names.begin());
}

// Grey is left out; after the last colour they begin again.
int ColourAt(int index) { return 1 + index % (kColours - 1); }

// The last sign is the mix's.
int MarkerAt(int index) { return index % (kMarkers - 1); }

}  // namespace

FormKeys::FormKeys(const Profile& profile) {
  std::vector<const Strategy*> by_stage;
  for (const Strategy& strategy : profile.strategies) by_stage.push_back(&strategy);
  std::ranges::stable_sort(by_stage, {}, &Strategy::stage);
  for (const Strategy* strategy : by_stage) {
    AddNew(stages_, StageOf(*strategy));
    AddNew(encodings_, std::string(WithoutLevel(strategy->encoding)));
  }
}

int FormKeys::ColourOf(const Strategy& strategy) const {
  return ColourAt(IndexOf(stages_, StageOf(strategy)));
}

int FormKeys::MarkerOf(const Strategy& strategy) const {
  return MarkerAt(IndexOf(encodings_, WithoutLevel(strategy.encoding)));
}

std::vector<LegendEntry> FormKeys::Legend() const {
  std::vector<LegendEntry> legend;
  for (const std::string& stage : stages_) {
    legend.push_back({.name = stage, .colour = ColourAt(IndexOf(stages_, stage))});
  }
  for (const std::string& encoding : encodings_) {
    legend.push_back({.name = encoding, .marker = MarkerAt(IndexOf(encodings_, encoding))});
  }
  return legend;
}

StepKeys::StepKeys(const Profile& profile, std::vector<StepTime> Strategy::*times) {
  for (const Strategy& strategy : profile.strategies) {
    for (const StepTime& step : strategy.*times) AddNew(keys_, KeyOf(step.name));
  }
  // It is the last of every read.
  std::ranges::stable_partition(keys_, [](const std::string& key) { return key != kFilesystem; });
}

int StepKeys::ColourOf(std::string_view step) const {
  const std::string key = KeyOf(step);
  return key == kFilesystem ? 0 : ColourAt(IndexOf(keys_, key));
}

std::vector<LegendEntry> StepKeys::Legend() const {
  std::vector<LegendEntry> legend;
  for (const std::string& key : keys_) legend.push_back({.name = key, .colour = ColourOf(key)});
  return legend;
}

std::string StepKeys::KeyOf(std::string_view step) {
  for (const std::string_view verb : {"decode", "encode"}) {
    if (step.starts_with(verb) && step.size() > verb.size() && step[verb.size()] == ' ') {
      return std::string(verb);
    }
  }
  return std::string(step);
}

}  // namespace tensorfs
