// SPDX-License-Identifier: MIT
// A real mount of a source for measuring: this program as a child process, at a place that nobody
// else knows, with a store of its own, that keeps samples as it is told to and moves none by
// itself; all of it goes with the object, and the child also if this process dies. Not thread-safe.
#ifndef TENSORFS_TOOLS_PROFILE_PRIVATE_MOUNT_H_
#define TENSORFS_TOOLS_PROFILE_PRIVATE_MOUNT_H_

#include <sys/types.h>

#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "codec/result.h"
#include "tools/profile/scratch_dir.h"

namespace tensorfs {

// Of the process that serves a mount, since it began.
struct MountUse {
  double cpu_s = 0;         // its own and the kernel's for it
  uint64_t disk_bytes = 0;  // that the kernel read from devices for it; 0 where it does not tell
};

// How a job of the mount's daemon ended.
struct EndedJob {
  uint64_t unsuited = 0;
  uint64_t failed = 0;
  double wall_s = 0;
  double cpu_s = 0;
  std::string message;  // of the first failure
};

class PrivateMount {
 public:
  // `options` are those of `tensorfs mount`, whose default store, and so whose default cache, lies
  // in `scratch_parent`. Returns when the mount answers and its store is open. `stop` is asked
  // while anything is waited for, here and in jobs. Errors: kIo with what the child said; those of
  // ScratchDir.
  static Result<std::unique_ptr<PrivateMount>> Start(const std::string& source,
                                                     const std::string& scratch_parent,
                                                     const std::vector<std::string>& options,
                                                     std::function<bool()> stop);
  // Unmounts, waits for the child and removes everything.
  ~PrivateMount();
  PrivateMount(const PrivateMount&) = delete;
  PrivateMount& operator=(const PrivateMount&) = delete;

  const std::string& path() const { return mountpoint_; }

  Result<MountUse> Use() const;

  // Keeps the samples (paths relative to the mount) in the form, on all cores. Errors: kIo.
  Result<EndedJob> Materialize(const std::string& form, std::span<const std::string> paths) const;
  // Has the tensor cache take them. REQUIRES: a mount with a cache.
  Result<EndedJob> WarmCache(std::span<const std::string> paths) const;

  // The store's payloads.
  std::vector<std::string> SegmentFiles() const;

 private:
  PrivateMount(ScratchDir scratch, std::function<bool()> stop);

  Result<void> Spawn(const std::string& source, const std::vector<std::string>& options);
  Result<void> WaitUntilOpen();
  Result<EndedJob> RunJob(const std::string& target, const std::string& body) const;
  // What the child said last; whether it has ended.
  std::string LastWords() const;
  bool HasEnded();

  ScratchDir scratch_;
  const std::string mountpoint_;
  const std::function<bool()> stop_;
  pid_t child_ = 0;  // 0: none, or it has ended
};

}  // namespace tensorfs

#endif  // TENSORFS_TOOLS_PROFILE_PRIVATE_MOUNT_H_
