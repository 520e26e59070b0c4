// SPDX-License-Identifier: MIT
// The store's samples by the names that a pipeline gives their forms. Pure functions.
#ifndef TENSORFS_TOOLS_STORED_FORMS_H_
#define TENSORFS_TOOLS_STORED_FORMS_H_

#include <string>
#include <vector>

#include "cache/store_stats.h"
#include "codec/form.h"
#include "codec/pipeline.h"
#include "tools/status.h"

namespace tensorfs {

// Forms of stages that the pipeline does not have, left by another pipeline, go by their number.
std::vector<FormCount> CountForms(const StoreStats& store, const Pipeline& pipeline);

// The same by what is known of a pipeline: the names of its first stages.
std::vector<FormCount> CountForms(const StoreStats& store, const std::vector<std::string>& stages);

// "resize:zstd-3", "stage-2:raw", ….
std::string DescribeForm(const Form& form, const std::vector<std::string>& stages);

}  // namespace tensorfs

#endif  // TENSORFS_TOOLS_STORED_FORMS_H_
