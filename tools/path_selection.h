// SPDX-License-Identifier: MIT
// Samples that a user names by several paths and patterns. Not thread-safe.
#ifndef TENSORFS_TOOLS_PATH_SELECTION_H_
#define TENSORFS_TOOLS_PATH_SELECTION_H_

#include <string>
#include <string_view>
#include <vector>

#include "policy/path_pattern.h"

namespace tensorfs {

// Chooses what any of the patterns matches; see PathPattern.
class PathSelection {
 public:
  static PathSelection All();
  explicit PathSelection(const std::vector<std::string>& patterns);

  bool Chooses(std::string_view source_path);

  // Patterns that have chosen nothing so far.
  std::vector<std::string> Unused() const;

 private:
  struct Pattern {
    PathPattern path;
    bool is_used = false;
  };

  PathSelection() = default;

  bool chooses_all_ = false;
  std::vector<Pattern> patterns_;
};

}  // namespace tensorfs

#endif  // TENSORFS_TOOLS_PATH_SELECTION_H_
