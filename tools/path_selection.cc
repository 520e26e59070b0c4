// SPDX-License-Identifier: MIT
#include "tools/path_selection.h"

#include <fnmatch.h>

#include <array>

namespace tensorfs {
namespace {

// The extensions of presented files.
constexpr std::array<std::string_view, 5> kPresentedEnds = {".npy", ".raw", ".safetensors", ".ppm",
                                                            ".bmp"};

// One of the constants, or empty.
std::string_view PresentedEndOf(std::string_view path) {
  for (const std::string_view end : kPresentedEnds) {
    if (path.ends_with(end)) return end;
  }
  return {};
}

std::string WithoutOuterSlashes(std::string_view path) {
  while (path.starts_with("./")) path.remove_prefix(2);
  while (path.starts_with('/')) path.remove_prefix(1);
  while (path.ends_with('/')) path.remove_suffix(1);
  return std::string(path);
}

std::string WithoutExtension(const std::string& path) {
  const size_t dot = path.rfind('.');
  const size_t slash = path.rfind('/');
  const bool has_one = dot != std::string::npos && (slash == std::string::npos || dot > slash);
  return has_one ? path.substr(0, dot) : path;
}

}  // namespace

PathSelection PathSelection::All() {
  PathSelection all;
  all.chooses_all_ = true;
  return all;
}

PathSelection::PathSelection(const std::vector<std::string>& patterns) {
  for (const std::string& text : patterns) {
    patterns_.push_back(
        {.text = text, .path = WithoutOuterSlashes(text), .presented_end = PresentedEndOf(text)});
  }
}

bool PathSelection::Pattern::Matches(const std::string& candidate) const {
  if (path.empty() || path == ".") return true;  // the root
  if (candidate == path) return true;
  if (candidate.size() > path.size() && candidate[path.size()] == '/' &&
      candidate.starts_with(path)) {
    return true;
  }
  return fnmatch(path.c_str(), candidate.c_str(), 0) == 0;
}

bool PathSelection::Pattern::MatchesSample(const std::string& source_path) const {
  if (Matches(source_path)) return true;
  if (presented_end.empty()) return false;
  const std::string end(presented_end);
  return Matches(WithoutExtension(source_path) + end) || Matches(source_path + end);
}

bool PathSelection::Chooses(std::string_view source_path) {
  if (chooses_all_) return true;
  const std::string path(source_path);
  bool chosen = false;
  for (Pattern& pattern : patterns_) {
    if (!pattern.MatchesSample(path)) continue;
    pattern.is_used = true;
    chosen = true;
  }
  return chosen;
}

std::vector<std::string> PathSelection::Unused() const {
  std::vector<std::string> unused;
  for (const Pattern& pattern : patterns_) {
    if (!pattern.is_used) unused.push_back(pattern.text);
  }
  return unused;
}

}  // namespace tensorfs
