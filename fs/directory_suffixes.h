// SPDX-License-Identifier: MIT
// Which sample suffixes occur in a directory, as its last listing saw it: a lookup then asks the
// source for one or two names instead of one for each extension and spelling.
//
// It is believed as long as the directory's times say that it has not changed. A file system whose
// directories do not tell (some that stand for object stores) shows a file of a spelling that is
// new in its directory only after the next listing. Thread-safe; one mutex guards the map.
#ifndef TENSORFS_FS_DIRECTORY_SUFFIXES_H_
#define TENSORFS_FS_DIRECTORY_SUFFIXES_H_

#include <sys/stat.h>

#include <cstddef>
#include <cstdint>
#include <ctime>
#include <mutex>
#include <optional>
#include <unordered_map>

#include "fs/inode.h"
#include "fs/sample_names.h"

namespace tensorfs {

class DirectorySuffixes {
 public:
  // Nothing is remembered of a directory that changed so shortly before it was listed that a change
  // during or after the listing might have left its times as they are.
  static constexpr time_t kSettlingSeconds = 3;

  // Beyond `capacity` directories all are forgotten.
  explicit DirectorySuffixes(size_t capacity = 65536) : capacity_(capacity) {}

  // `directory` are its attributes before the listing, which began at `now`.
  void Remember(Inode inode, const struct stat& directory, time_t now, SuffixSet suffixes);

  // What was seen, if the directory has not changed since.
  std::optional<SuffixSet> Find(Inode inode, const struct stat& directory) const;

 private:
  struct Seen {
    uint64_t stamp;
    SuffixSet suffixes;
  };

  const size_t capacity_;
  mutable std::mutex mutex_;  // guards seen_
  std::unordered_map<Inode, Seen> seen_;
};

}  // namespace tensorfs

#endif  // TENSORFS_FS_DIRECTORY_SUFFIXES_H_
