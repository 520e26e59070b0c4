// SPDX-License-Identifier: MIT
// The forms that are strategies of a pipeline: every stage in every encoding that fits it. Pure.
#ifndef TENSORFS_TOOLS_PROFILE_STRATEGY_FORMS_H_
#define TENSORFS_TOOLS_PROFILE_STRATEGY_FORMS_H_

#include <vector>

#include "codec/form.h"
#include "tools/pipeline_file.h"

namespace tensorfs {

// The last stage that may be kept: the one before the first step that is to stay online.
int LastKeptStage(const PipelineFile& file);

// source:original first, then by stage; each encoding at its default level.
std::vector<Form> StrategyForms(const PipelineFile& file);

}  // namespace tensorfs

#endif  // TENSORFS_TOOLS_PROFILE_STRATEGY_FORMS_H_
