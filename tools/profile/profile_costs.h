// SPDX-License-Identifier: MIT
// What a saved profile tells a mount's policy. Stateless.
#ifndef TENSORFS_TOOLS_PROFILE_PROFILE_COSTS_H_
#define TENSORFS_TOOLS_PROFILE_PROFILE_COSTS_H_

#include <ostream>
#include <string>

#include "codec/pipeline.h"
#include "codec/result.h"

namespace tensorfs {

// The text that CostModel::Restore takes, for this pipeline and the forms that the policy
// considers. What makes it doubtful, as that another CPU was measured, goes to `notes`. Errors,
// naming the file: those of LoadProfile; kInvalidArgument if it is of another pipeline.
Result<std::string> LoadProfiledCosts(const std::string& path, const Pipeline& pipeline,
                                      std::ostream& notes);

}  // namespace tensorfs

#endif  // TENSORFS_TOOLS_PROFILE_PROFILE_COSTS_H_
