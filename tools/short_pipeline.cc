// SPDX-License-Identifier: MIT
#include "tools/short_pipeline.h"

#include <utility>
#include <vector>

namespace tensorfs {

Result<Pipeline> MakePipeline(const ShortPipeline& options) {
  const bool is_float = options.dtype != DType::kUint8;
  if (options.normalize && !is_float) {
    return Fail(ErrorCode::kInvalidArgument,
                "--normalize: needs a float type; add --dtype float32 (or float16, bfloat16)");
  }
  std::vector<Step> steps;
  if (options.resize) {
    steps.push_back(Resize{*options.resize, options.interpolation, std::nullopt});
  }
  if (options.center_crop) steps.push_back(CenterCrop{*options.center_crop});
  if (options.grayscale) steps.push_back(Grayscale{});
  if (is_float) steps.push_back(ToTensor{});
  if (options.normalize) steps.push_back(*options.normalize);
  if (is_float && options.dtype != DType::kFloat32) {
    steps.push_back(ConvertImageDtype{options.dtype});
  }
  return Pipeline::Create(std::move(steps), options.layout);
}

}  // namespace tensorfs
