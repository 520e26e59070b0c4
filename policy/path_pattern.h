// SPDX-License-Identifier: MIT
// Samples that a user names by a path or a pattern. Immutable, so thread-safe.
#ifndef TENSORFS_POLICY_PATH_PATTERN_H_
#define TENSORFS_POLICY_PATH_PATTERN_H_

#include <string>
#include <string_view>

namespace tensorfs {

// A sample is matched by its path in the source (a/x.jpg), the path it is presented under (a/x.npy
// or a/x.jpg.npy), a directory above it, or a pattern that either path matches: * ? [ ] as in a
// shell, but * and ? stand for slashes too. Where several samples could be presented under a path,
// it matches all of them. Paths are relative to the source, or, which is the same, to the mount.
class PathPattern {
 public:
  explicit PathPattern(std::string text);

  const std::string& text() const { return text_; }  // as it was given

  bool MatchesSample(const std::string& source_path) const;

  // Whether it is one of the sample's two paths, not a directory above it nor a pattern.
  bool NamesSample(const std::string& source_path) const;

  // Whether it is the directory above all.
  bool IsRoot() const { return path_.empty() || path_ == "."; }

 private:
  bool Matches(const std::string& path) const;

  std::string text_;
  std::string path_;           // without slashes at its ends
  std::string presented_end_;  // ".npy", …, if it ends so
};

}  // namespace tensorfs

#endif  // TENSORFS_POLICY_PATH_PATTERN_H_
