// SPDX-License-Identifier: MIT
// Samples that a user names by paths and patterns. Not thread-safe.
#ifndef TENSORFS_TOOLS_PATH_SELECTION_H_
#define TENSORFS_TOOLS_PATH_SELECTION_H_

#include <string>
#include <string_view>
#include <vector>

namespace tensorfs {

// A sample is chosen by its path in the source (a/x.jpg), the path it is presented under (a/x.npy
// or a/x.jpg.npy), a directory above it, or a pattern that either path matches: * ? [ ] as in a
// shell, but * and ? stand for slashes too. Where several samples could be presented under a path,
// it chooses all of them.
class PathSelection {
 public:
  static PathSelection All();
  // Paths are relative to the source, or, which is the same, to the mount.
  explicit PathSelection(const std::vector<std::string>& patterns);

  bool Chooses(std::string_view source_path);

  // Patterns that have chosen nothing so far.
  std::vector<std::string> Unused() const;

 private:
  struct Pattern {
    std::string text;                // as it was given
    std::string path;                // without slashes at its ends
    std::string_view presented_end;  // ".npy", …, if it ends so
    bool is_used = false;

    bool Matches(const std::string& path) const;
    bool MatchesSample(const std::string& source_path) const;
  };

  PathSelection() = default;

  bool chooses_all_ = false;
  std::vector<Pattern> patterns_;
};

}  // namespace tensorfs

#endif  // TENSORFS_TOOLS_PATH_SELECTION_H_
