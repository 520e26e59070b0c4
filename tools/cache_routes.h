// SPDX-License-Identifier: MIT
// The daemon's side of `tensorfs cache`.
#ifndef TENSORFS_TOOLS_CACHE_ROUTES_H_
#define TENSORFS_TOOLS_CACHE_ROUTES_H_

#include <vector>

#include "fs/sample_fs.h"
#include "tools/command.h"
#include "tools/control_server.h"
#include "tools/derived_data.h"
#include "tools/job.h"

namespace tensorfs {

// GET /v1/cache: DescribeContents. GET /v1/cache/entries?limit=N: ListHottest.
// GET /v1/cache/entry?path=P: the tensor as .npy.
// POST /v1/cache/evict {"paths", "all", "store"}: Evict.
// POST /v1/cache/warm {"paths"} and /v1/cache/verify {"deep"} start the job, which /v1/job tells
// of.
//
// Paths are presented ones relative to the mount, those of sources relative to the source, or
// absolute ones within it. All arguments must outlive the server.
std::vector<ControlRoute> CacheRoutes(const MountCommand* mount, SampleFs* fs, DerivedData* derived,
                                      Job* job);

}  // namespace tensorfs

#endif  // TENSORFS_TOOLS_CACHE_ROUTES_H_
