// SPDX-License-Identifier: MIT
// The store's samples by the names that a pipeline gives their forms. Pure function.
#ifndef TENSORFS_TOOLS_STORED_FORMS_H_
#define TENSORFS_TOOLS_STORED_FORMS_H_

#include <vector>

#include "cache/store_stats.h"
#include "codec/pipeline.h"
#include "tools/status.h"

namespace tensorfs {

// Forms of stages that the pipeline does not have, left by another pipeline, go by their number.
std::vector<FormCount> CountForms(const StoreStats& store, const Pipeline& pipeline);

}  // namespace tensorfs

#endif  // TENSORFS_TOOLS_STORED_FORMS_H_
