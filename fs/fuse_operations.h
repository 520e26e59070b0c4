// SPDX-License-Identifier: MIT
// The table of callbacks that libfuse's low-level interface calls. Each unpacks its arguments,
// calls SampleFs and replies; nothing is decided here but cache times and open flags.
#ifndef TENSORFS_FS_FUSE_OPERATIONS_H_
#define TENSORFS_FS_FUSE_OPERATIONS_H_

#define FUSE_USE_VERSION 314
#include <fuse_lowlevel.h>

#include <mutex>

#include "fs/fuse_server.h"
#include "fs/recent_listings.h"
#include "fs/sample_fs.h"

namespace tensorfs {

// What the callbacks work on; libfuse hands it back as the user data of each request.
struct FuseContext {
  SampleFs* fs;
  fuse_session* session = nullptr;
  KernelOptions options;
  std::string mountpoint;
  bool opens_directories = true;  // the kernel insists on it; set before the first request
  RecentListings listings;

  std::mutex features_mutex;  // guards features
  KernelFeatures features;
};

// User data: a FuseContext that outlives the session.
const fuse_lowlevel_ops& FuseOperations();

}  // namespace tensorfs

#endif  // TENSORFS_FS_FUSE_OPERATIONS_H_
