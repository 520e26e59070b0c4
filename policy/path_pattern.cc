// SPDX-License-Identifier: MIT
#include "policy/path_pattern.h"

#include <fnmatch.h>

#include <array>
#include <utility>

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

PathPattern::PathPattern(std::string text)
    : text_(std::move(text)),
      path_(WithoutOuterSlashes(text_)),
      presented_end_(PresentedEndOf(text_)) {}

bool PathPattern::Matches(const std::string& path) const {
  if (IsRoot() || path == path_) return true;
  if (path.size() > path_.size() && path[path_.size()] == '/' && path.starts_with(path_)) {
    return true;
  }
  return fnmatch(path_.c_str(), path.c_str(), 0) == 0;
}

bool PathPattern::NamesSample(const std::string& source_path) const {
  if (path_ == source_path) return true;
  if (presented_end_.empty()) return false;
  return path_ == WithoutExtension(source_path).append(presented_end_) ||
         path_ == source_path + std::string(presented_end_);
}

bool PathPattern::MatchesSample(const std::string& source_path) const {
  if (Matches(source_path)) return true;
  if (presented_end_.empty()) return false;
  return Matches(WithoutExtension(source_path) + presented_end_) ||
         Matches(source_path + presented_end_);
}

}  // namespace tensorfs
