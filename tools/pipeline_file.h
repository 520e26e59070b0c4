// SPDX-License-Identifier: MIT
// Pipelines as TOML files:
//
//   layout = "chw"                # optional: "hwc" or "chw"
//   [[step]]
//   name = "Resize"               # torchvision's names, arguments and defaults
//   size = 256
//   [[step]]
//   name = "CenterCrop"
//   size = [224, 224]             # height, width
//
// Pure but for reading the file; thread-safe.
#ifndef TENSORFS_TOOLS_PIPELINE_FILE_H_
#define TENSORFS_TOOLS_PIPELINE_FILE_H_

#include <string>
#include <string_view>

#include "codec/pipeline.h"
#include "codec/result.h"

namespace tensorfs {

// `file_name` is for messages, which say "FILE:LINE: step N (NAME): what is wrong".
// Errors: kInvalidArgument.
Result<Pipeline> ParsePipeline(std::string_view toml, std::string_view file_name);

// Errors: those of ParsePipeline; kNotFound or kIo if the file cannot be read; kTooLarge above 1
// MiB.
Result<Pipeline> LoadPipelineFile(const std::string& path);

}  // namespace tensorfs

#endif  // TENSORFS_TOOLS_PIPELINE_FILE_H_
