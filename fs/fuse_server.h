// SPDX-License-Identifier: MIT
// A SampleFs mounted through libfuse's low-level interface: unpacks requests, calls, replies.
#ifndef TENSORFS_FS_FUSE_SERVER_H_
#define TENSORFS_FS_FUSE_SERVER_H_

#include <memory>
#include <string>
#include <vector>

#include "codec/result.h"
#include "fs/sample_fs.h"

namespace tensorfs {

enum class IoMode : uint8_t {
  kBuffered,  // the kernel's page cache holds tensors; opens cost no message
  kDirect,    // every read is answered from here; for data far larger than memory
};

enum class PageCacheMode : uint8_t { kAuto, kOn, kOff };

struct KernelOptions {
  IoMode io = IoMode::kBuffered;
  PageCacheMode page_cache = PageCacheMode::kAuto;  // keep pages between opens
  double attr_timeout_s = 60;  // how long the kernel believes names and attributes
  int threads = 256;  // at most, to answer requests; each may wait for the disk or for memory
  std::vector<std::string> fuse_options;  // of -o, for libfuse and the kernel: "allow_other", …
};

// What the kernel and libfuse at hand let the mount use, for people to read.
struct KernelFeatures {
  std::string libfuse_version;
  std::string kernel_version;
  std::vector<std::string> used;  // "no-open", "readdirplus", "read_ahead_kb=1024", …
};

// Names of what a mount uses where the kernel has it.
std::vector<std::string> UsableFeatures();

class FuseServer {
 public:
  // Mounts. Requests wait in the kernel until Serve, and so do signals that end it. One server at a
  // time; `fs` must outlive it; `source` is what the mount table shows. Errors: kNotFound,
  // kPermission, kBusy, kInvalidArgument, naming the mountpoint and the cause.
  static Result<std::unique_ptr<FuseServer>> Mount(SampleFs* fs, const std::string& source,
                                                   const std::string& mountpoint,
                                                   KernelOptions options);
  // Unmounts if still mounted.
  ~FuseServer();

  // Answers requests until someone unmounts, RequestStop is called or SIGINT, SIGTERM or SIGHUP
  // arrives; starts the threads, so call it after the last fork.
  Result<void> Serve();
  void RequestStop();

  KernelFeatures Features() const;

 private:
  struct Impl;
  explicit FuseServer(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace tensorfs

#endif  // TENSORFS_FS_FUSE_SERVER_H_
