// SPDX-License-Identifier: MIT
#include "codec/tensor_plan.h"

#include <algorithm>
#include <cstring>
#include <utility>

#include "codec/pixel_step.h"
#include "codec/tensor_writer.h"

namespace tensorfs {
namespace {

constexpr int kDecodedChannels = 3;

// What the allocator adds to a step's few allocations.
constexpr size_t kAllocatorBytes = 512;

Image Copy(const Image& image) {
  Image copy(image.window(), image.channels());
  std::memcpy(copy.bytes().data(), image.bytes().data(), image.bytes().size());
  return copy;
}

void CopyIfAsked(int stage, const Image& image, StageCopy* copy) {
  if (copy != nullptr && copy->stage == stage) copy->image = Copy(image);
}

}  // namespace

// Sizes forwards, then windows backwards.
Result<TensorPlan> TensorPlan::Create(const Pipeline& pipeline, ImageSize source) {
  auto spec = pipeline.SpecFor(source);
  if (!spec) return tl::unexpected(spec.error());
  TensorPlan plan(pipeline);
  plan.spec_ = *std::move(spec);
  ImageSize size = source;
  int channels = kDecodedChannels;
  for (const Step& step : pipeline.steps()) {
    if (!IsPixelStep(step)) continue;
    channels = OutputChannels(step, channels);
    plan.steps_.push_back({&step, size, {}, channels});
    size = *OutputSize(step, size);
  }
  plan.source_window_ = Rect::Whole(size);
  for (auto step = plan.steps_.rbegin(); step != plan.steps_.rend(); ++step) {
    step->window = plan.source_window_;
    plan.source_window_ = InputWindow(*step->step, step->input, step->window);
  }
  return plan;
}

const Rect& TensorPlan::WindowAt(int stage) const {
  return stage == kDecodeStage ? source_window_ : steps_.at(stage - kDecodeStage - 1).window;
}

int TensorPlan::ChannelsAt(int stage) const {
  return stage == kDecodeStage ? kDecodedChannels : steps_.at(stage - kDecodeStage - 1).channels;
}

TensorSpec TensorPlan::ImageSpecAt(int stage) const {
  const Rect& window = WindowAt(stage);
  return {DType::kUint8, {window.height(), window.width(), ChannelsAt(stage)}};
}

void TensorPlan::Run(int stage, Image image, std::span<uint8_t> out, StageCopy* copy) const {
  CopyIfAsked(stage, image, copy);
  for (; stage < last_image_stage(); ++stage) {
    const PlannedStep& step = steps_[stage - kDecodeStage];
    image = Apply(*step.step, step.input, std::move(image), step.window);
    CopyIfAsked(stage + 1, image, copy);
  }
  WriteTensor(image, pipeline_->values(), pipeline_->layout(), out);
}

size_t TensorPlan::RunMemoryBytes(int stage) const {
  size_t most_bytes = Image::SizeBytes(WindowAt(stage), ChannelsAt(stage));
  for (; stage < last_image_stage(); ++stage) {
    const PlannedStep& step = steps_[stage - kDecodeStage];
    const size_t input_bytes = Image::SizeBytes(WindowAt(stage), ChannelsAt(stage));
    const size_t step_bytes =
        ApplyMemoryBytes(*step.step, step.input, ChannelsAt(stage), step.window);
    most_bytes = std::max(most_bytes, input_bytes + step_bytes + kAllocatorBytes);
  }
  return most_bytes;
}

}  // namespace tensorfs
