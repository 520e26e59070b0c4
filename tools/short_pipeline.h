// SPDX-License-Identifier: MIT
// The pipeline that --resize, --center-crop, --dtype, … describe. Pure.
#ifndef TENSORFS_TOOLS_SHORT_PIPELINE_H_
#define TENSORFS_TOOLS_SHORT_PIPELINE_H_

#include <optional>
#include <variant>

#include "codec/image.h"
#include "codec/pipeline.h"
#include "codec/result.h"
#include "codec/step.h"
#include "codec/tensor_spec.h"

namespace tensorfs {

// As given; the defaults decode only.
struct ShortPipeline {
  std::optional<std::variant<int, ImageSize>> resize;
  Interpolation interpolation = Interpolation::kBilinear;
  std::optional<ImageSize> center_crop;
  bool grayscale = false;
  std::optional<Normalize> normalize;
  DType dtype = DType::kUint8;
  Layout layout = Layout::kHwc;
};

// Resize, CenterCrop, Grayscale, then for a float type ToTensor, Normalize and ConvertImageDtype.
// Errors: kInvalidArgument if the options contradict each other.
Result<Pipeline> MakePipeline(const ShortPipeline& options);

}  // namespace tensorfs

#endif  // TENSORFS_TOOLS_SHORT_PIPELINE_H_
