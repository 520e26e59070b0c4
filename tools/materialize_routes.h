// SPDX-License-Identifier: MIT
// The daemon's side of `tensorfs policy materialize`, and of watching and ending any job.
#ifndef TENSORFS_TOOLS_MATERIALIZE_ROUTES_H_
#define TENSORFS_TOOLS_MATERIALIZE_ROUTES_H_

#include <vector>

#include "fs/sample_fs.h"
#include "tools/control_server.h"
#include "tools/derived_data.h"
#include "tools/job.h"

namespace tensorfs {

// POST /v1/materialize {"form": "final:raw" or "" for the policy's, "paths": [presented paths
// relative to the mount]} starts the job; its answer, and that of GET /v1/job and of
// POST /v1/job/cancel, is the job's progress. All must outlive the server.
std::vector<ControlRoute> MaterializeRoutes(const Pipeline* pipeline, SampleFs* fs,
                                            DerivedData* derived, Job* job);

}  // namespace tensorfs

#endif  // TENSORFS_TOOLS_MATERIALIZE_ROUTES_H_
