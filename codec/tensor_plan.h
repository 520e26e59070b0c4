// SPDX-License-Identifier: MIT
// The way from a source image of a given size to its final tensor: which pixels each stage
// (codec/form.h) needs, and the steps from any of these images on. Made from sizes alone, so it
// serves every form that a sample can be kept in. Immutable; thread-safe.
#ifndef TENSORFS_CODEC_TENSOR_PLAN_H_
#define TENSORFS_CODEC_TENSOR_PLAN_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "codec/image.h"
#include "codec/pipeline.h"
#include "codec/result.h"
#include "codec/tensor_spec.h"

namespace tensorfs {

// Asks for a copy of the image at a stage, which is made in passing.
struct StageCopy {
  int stage = 0;
  std::optional<Image> image;
};

class TensorPlan {
 public:
  static constexpr int kDecodeStage = 1;

  // Walks the pipeline backwards from the final tensor to the rectangle of source pixels that it
  // depends on. `pipeline` must outlive the plan. Errors: those of Pipeline::SpecFor.
  static Result<TensorPlan> Create(const Pipeline& pipeline, ImageSize source);

  const TensorSpec& spec() const { return spec_; }

  // The last stage whose value is an image; stages from kDecodeStage to this one have windows.
  int last_image_stage() const { return kDecodeStage + static_cast<int>(steps_.size()); }

  // The pixels of a stage's whole image that the final tensor depends on.
  // REQUIRES (all three): kDecodeStage <= stage <= last_image_stage().
  const Rect& WindowAt(int stage) const;
  int ChannelsAt(int stage) const;
  // What holds that window: uint8, rows, columns, channels.
  TensorSpec ImageSpecAt(int stage) const;

  // Applies the steps after `stage` to its image and writes the tensor to `out`. A copy that
  // `copy` asks for is made if its stage is passed.
  // REQUIRES: `image` holds exactly WindowAt(stage); out.size() == spec().SizeBytes().
  void Run(int stage, Image image, std::span<uint8_t> out, StageCopy* copy = nullptr) const;

  // Upper bound of what Run holds at once, the image that it is given included, `out` and the copy
  // not.
  size_t RunMemoryBytes(int stage) const;

 private:
  // A step on an image of size `input`, to make the `window` of its result.
  struct PlannedStep {
    const Step* step;
    ImageSize input;
    Rect window;
    int channels;  // of the result
  };

  explicit TensorPlan(const Pipeline& pipeline) : pipeline_(&pipeline) {}

  const Pipeline* pipeline_;
  TensorSpec spec_;
  Rect source_window_;
  std::vector<PlannedStep> steps_;
};

}  // namespace tensorfs

#endif  // TENSORFS_CODEC_TENSOR_PLAN_H_
