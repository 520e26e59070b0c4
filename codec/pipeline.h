// SPDX-License-Identifier: MIT
// An ordered list of deterministic steps from a source image to its final tensor. Immutable after
// Create, so any number of threads may share one.
#ifndef TENSORFS_CODEC_PIPELINE_H_
#define TENSORFS_CODEC_PIPELINE_H_

#include <optional>
#include <string>
#include <vector>

#include "codec/image.h"
#include "codec/result.h"
#include "codec/step.h"
#include "codec/tensor_spec.h"
#include "codec/value_table.h"

namespace tensorfs {

// Order of a three-dimensional tensor: rows, columns, channels or channels first.
enum class Layout : uint8_t { kHwc, kChw };

class Pipeline {
 public:
  // Decode only: uint8 RGB, HWC.
  Pipeline() = default;

  // Checks the steps' arguments and their order: steps on pixels (Resize, CenterCrop, Pad,
  // Grayscale), then at most one of PILToTensor and ToTensor, then steps on the tensor
  // (ConvertImageDtype, Normalize). Without `layout`, channels come first if a step made a tensor
  // and last if not. Errors: kInvalidArgument, naming the step by its number (from 1) and name.
  static Result<Pipeline> Create(std::vector<Step> steps, std::optional<Layout> layout = {});

  const std::vector<Step>& steps() const { return steps_; }
  Layout layout() const { return layout_; }
  int channels() const { return channels_; }
  DType dtype() const { return values_.dtype(); }

  // The steps on the tensor, composed.
  const ValueTable& values() const { return values_; }

  // The final tensor of every sample, if it does not depend on the source image's size.
  std::optional<TensorSpec> FixedSpec() const;

  // The final tensor of a source image of this size. Errors: kInvalidArgument if a step cannot be
  // applied to it (max_size would leave a side of no pixels); kTooLarge above kMaxPixels.
  Result<TensorSpec> SpecFor(ImageSize source) const;

  // "Resize(256) > CenterCrop(224) > …", "Decode" without steps; equal pipelines have equal texts.
  std::string ToString() const;

 private:
  std::vector<Step> steps_;
  Layout layout_ = Layout::kHwc;
  int channels_ = 3;
  ValueTable values_;
};

}  // namespace tensorfs

#endif  // TENSORFS_CODEC_PIPELINE_H_
