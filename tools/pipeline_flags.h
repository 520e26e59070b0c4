// SPDX-License-Identifier: MIT
// The options that describe a pipeline, of each command that takes one.
#ifndef TENSORFS_TOOLS_PIPELINE_FLAGS_H_
#define TENSORFS_TOOLS_PIPELINE_FLAGS_H_

#include <string>

#include "tools/short_pipeline.h"

namespace CLI {
class App;
}

namespace tensorfs {

// --pipeline, or else --resize and its like; parsing fills either. Both must outlive `app`.
void AddPipelineFlags(CLI::App* app, std::string* pipeline_file, ShortPipeline* pipeline);

}  // namespace tensorfs

#endif  // TENSORFS_TOOLS_PIPELINE_FLAGS_H_
