// SPDX-License-Identifier: MIT
// A pipeline as the text of a pipeline file. Pure.
#ifndef TENSORFS_TOOLS_PIPELINE_TEXT_H_
#define TENSORFS_TOOLS_PIPELINE_TEXT_H_

#include <string>

#include "tools/pipeline_file.h"

namespace tensorfs {

// ParsePipelineFile makes the same of it.
std::string PipelineToToml(const PipelineFile& file);

}  // namespace tensorfs

#endif  // TENSORFS_TOOLS_PIPELINE_TEXT_H_
