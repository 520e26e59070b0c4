// SPDX-License-Identifier: MIT
#include "codec/tensor_job.h"

#include <algorithm>
#include <utility>

#include "codec/image_decoder.h"
#include "codec/pixel_step.h"
#include "codec/tensor_writer.h"

namespace tensorfs {
namespace {

// What the allocator adds to a step's few allocations.
constexpr size_t kAllocatorBytes = 512;

}  // namespace

Result<TensorJob> TensorJob::Create(const Pipeline& pipeline, const ImageHeader& header) {
  auto spec = pipeline.SpecFor(header.size);
  if (!spec) return Fail(spec.error().code, spec.error().message);
  TensorJob job(pipeline, header);
  job.spec_ = *std::move(spec);
  job.PlanStages();
  job.CountScratchBytes();
  return job;
}

// Sizes forwards, then windows backwards. REQUIRES: the pipeline accepts the image's size.
void TensorJob::PlanStages() {
  ImageSize size = header_.size;
  for (const Step& step : pipeline_->steps()) {
    if (!IsPixelStep(step)) continue;
    stages_.push_back({&step, size, {}});
    size = *OutputSize(step, size);
  }
  source_window_ = Rect::Whole(size);
  for (auto stage = stages_.rbegin(); stage != stages_.rend(); ++stage) {
    stage->window = source_window_;
    source_window_ = InputWindow(*stage->step, stage->input, stage->window);
  }
}

void TensorJob::CountScratchBytes() {
  scratch_bytes_ = DecodeMemoryBytes(header_, source_window_);
  int channels = 3;
  Rect held = source_window_;
  for (const Stage& stage : stages_) {
    const size_t input_bytes = Image::SizeBytes(held, channels);
    const size_t step_bytes = ApplyMemoryBytes(*stage.step, stage.input, channels, stage.window);
    scratch_bytes_ = std::max(scratch_bytes_, input_bytes + step_bytes + kAllocatorBytes);
    channels = OutputChannels(*stage.step, channels);
    held = stage.window;
  }
}

Result<void> TensorJob::Run(std::span<const uint8_t> file, std::span<uint8_t> out) const {
  auto image = DecodeImage(file, header_, source_window_);
  if (!image) return Fail(image.error().code, image.error().message);
  for (const Stage& stage : stages_) {
    *image = Apply(*stage.step, stage.input, *std::move(image), stage.window);
  }
  WriteTensor(*image, pipeline_->values(), pipeline_->layout(), out);
  return {};
}

}  // namespace tensorfs
