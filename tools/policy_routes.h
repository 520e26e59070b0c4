// SPDX-License-Identifier: MIT
// The daemon's side of `tensorfs policy`.
#ifndef TENSORFS_TOOLS_POLICY_ROUTES_H_
#define TENSORFS_TOOLS_POLICY_ROUTES_H_

#include <functional>
#include <vector>

#include "codec/result.h"
#include "fs/sample_fs.h"
#include "policy/policy_control.h"
#include "tools/command.h"
#include "tools/control_server.h"

namespace tensorfs {

// Gives the mount's policy, never null; waits while it is being made. Errors: kBusy, saying why
// there is none.
using PolicySource = std::function<Result<PolicyControl*>()>;

// GET /v1/policy: the report. GET /v1/policy/explain?path=P. GET /v1/policy/history.
// GET /v1/policy/pins. POST /v1/policy/plan with a WhatIfRequest; /v1/policy/set with a
// SettingsPatch: the settings then; /v1/policy/pin {"pattern", "form"} and /v1/policy/unpin
// {"pattern"}: the pins then, which are saved; /v1/policy/pause and /v1/policy/resume: the report.
// All bodies are those of tools/policy_json.h.
//
// Paths are as CacheRoutes takes them. All arguments must outlive the server.
std::vector<ControlRoute> PolicyRoutes(const MountCommand* mount, SampleFs* fs,
                                       PolicySource policy);

}  // namespace tensorfs

#endif  // TENSORFS_TOOLS_POLICY_ROUTES_H_
