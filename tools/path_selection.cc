// SPDX-License-Identifier: MIT
#include "tools/path_selection.h"

namespace tensorfs {

PathSelection PathSelection::All() {
  PathSelection all;
  all.chooses_all_ = true;
  return all;
}

PathSelection::PathSelection(const std::vector<std::string>& patterns) {
  for (const std::string& text : patterns) patterns_.push_back({.path = PathPattern(text)});
}

bool PathSelection::Chooses(std::string_view source_path) {
  if (chooses_all_) return true;
  const std::string path(source_path);
  bool chosen = false;
  for (Pattern& pattern : patterns_) {
    if (!pattern.path.MatchesSample(path)) continue;
    pattern.is_used = true;
    chosen = true;
  }
  return chosen;
}

std::vector<std::string> PathSelection::Unused() const {
  std::vector<std::string> unused;
  for (const Pattern& pattern : patterns_) {
    if (!pattern.is_used) unused.push_back(pattern.path.text());
  }
  return unused;
}

}  // namespace tensorfs
