// SPDX-License-Identifier: MIT
// A NameProbe of one source directory. Not thread-safe.
#ifndef TENSORFS_FS_DIRECTORY_PROBE_H_
#define TENSORFS_FS_DIRECTORY_PROBE_H_

#include <sys/stat.h>

#include <map>
#include <optional>
#include <string>

#include "fs/sample_names.h"
#include "fs/source_tree.h"

namespace tensorfs {

// Keeps the attributes of what it found, and asks nothing of which a listing saw that it cannot be.
class DirectoryProbe {
 public:
  // Both must outlive the probe. `suffixes` are all that occur in the directory, if that is known.
  DirectoryProbe(const SourceDir* directory, const SampleNames* names,
                 std::optional<SuffixSet> suffixes)
      : directory_(directory), names_(names), suffixes_(suffixes) {}

  Result<NameKind> operator()(const std::string& name);

  // REQUIRES: the probe found the name.
  const struct stat& AttributesOf(const std::string& name) const { return found_.at(name); }

 private:
  const SourceDir* const directory_;
  const SampleNames* const names_;
  const std::optional<SuffixSet> suffixes_;
  std::map<std::string, struct stat> found_;
};

}  // namespace tensorfs

#endif  // TENSORFS_FS_DIRECTORY_PROBE_H_
