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
//   online = true                 # optional: see PipelineFile
//
// Pure but for reading the file; thread-safe.
#ifndef TENSORFS_TOOLS_PIPELINE_FILE_H_
#define TENSORFS_TOOLS_PIPELINE_FILE_H_

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "codec/pipeline.h"
#include "codec/result.h"

namespace tensorfs {

struct PipelineFile {
  Pipeline pipeline;
  // The first of the steps that are marked as `online`: `tensorfs profile` considers no form that
  // keeps its result or a later one, as if the step gave another result at each read. A mount
  // does not mind: its tensors are the same.
  std::optional<size_t> first_online_step;
};

// `file_name` is for messages, which say "FILE:LINE: step N (NAME): what is wrong".
// Errors: kInvalidArgument.
Result<PipelineFile> ParsePipelineFile(std::string_view toml, std::string_view file_name);
Result<Pipeline> ParsePipeline(std::string_view toml, std::string_view file_name);

// Errors: those of ParsePipeline; kNotFound or kIo if the file cannot be read; kTooLarge above 1
// MiB.
Result<PipelineFile> ReadPipelineFile(const std::string& path);
Result<Pipeline> LoadPipelineFile(const std::string& path);

}  // namespace tensorfs

#endif  // TENSORFS_TOOLS_PIPELINE_FILE_H_
