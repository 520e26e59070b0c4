// SPDX-License-Identifier: MIT
#include "codec/pipeline.h"

#include <algorithm>
#include <cmath>
#include <span>
#include <utility>

#include "codec/float_rounding.h"
#include "codec/pixel_step.h"

namespace tensorfs {
namespace {

// Longer sides and wider borders are taken for mistakes.
constexpr int kMaxSide = 1'000'000;

std::string Describe(size_t index, const Step& step) {
  return "step " + std::to_string(index + 1) + " (" + std::string(NameOf(step)) + ")";
}

bool MakesTensor(const Step& step) {
  return std::holds_alternative<PilToTensor>(step) || std::holds_alternative<ToTensor>(step);
}

Result<void> Invalid(std::string reason) {
  return Fail(ErrorCode::kInvalidArgument, std::move(reason));
}

// What the steps before the one being checked have made.
struct Progress {
  int channels = 3;
  DType dtype = DType::kUint8;
  std::optional<size_t> tensor_step;  // index of the step that made a tensor
};

Result<void> CheckSide(std::string_view name, int side) {
  if (side >= 1 && side <= kMaxSide) return {};
  return Invalid(std::string(name) + " must be from 1 to " + std::to_string(kMaxSide) + ", not " +
                 std::to_string(side));
}

Result<void> CheckSize(ImageSize size) {
  return CheckSide("height", size.height).and_then([&] { return CheckSide("width", size.width); });
}

Result<void> CheckArguments(const Resize& step, const Progress&) {
  if (const auto* size = std::get_if<ImageSize>(&step.size)) {
    if (step.max_size) return Invalid("max_size goes with one size (the shorter side) only");
    return CheckSize(*size);
  }
  const int side = std::get<int>(step.size);
  if (step.max_size && *step.max_size <= side) {
    return Invalid("max_size (" + std::to_string(*step.max_size) + ") must be greater than size (" +
                   std::to_string(side) + ")");
  }
  return CheckSide("size", side).and_then([&] {
    return CheckSide("max_size", step.max_size.value_or(1));
  });
}

Result<void> CheckArguments(const CenterCrop& step, const Progress&) {
  return CheckSize(step.size);
}

Result<void> CheckArguments(const Pad& step, const Progress& progress) {
  for (const int border : step.padding) {
    if (border >= 0 && border <= kMaxSide) continue;
    return Invalid("padding must be from 0 to " + std::to_string(kMaxSide) + ", not " +
                   std::to_string(border));
  }
  const bool grey_fill = step.fill[0] == step.fill[1] && step.fill[0] == step.fill[2];
  if (progress.channels == 1 && !grey_fill) {
    return Invalid("fill must be one value, because the image has one channel");
  }
  return {};
}

Result<void> CheckArguments(const Grayscale& step, const Progress&) {
  if (step.num_output_channels == 1 || step.num_output_channels == 3) return {};
  return Invalid("num_output_channels must be 1 or 3, not " +
                 std::to_string(step.num_output_channels));
}

Result<void> CheckArguments(const PilToTensor&, const Progress&) { return {}; }
Result<void> CheckArguments(const ToTensor&, const Progress&) { return {}; }
Result<void> CheckArguments(const ConvertImageDtype&, const Progress&) { return {}; }

Result<void> CheckPerChannel(std::string_view name, const std::vector<float>& values,
                             const Progress& progress) {
  const size_t channels = static_cast<size_t>(progress.channels);
  if (values.size() != channels && values.size() != 1) {
    return Invalid(std::string(name) + " must have " + std::to_string(channels) +
                   (channels == 1 ? " value" : " values") + ", not " +
                   std::to_string(values.size()));
  }
  for (const float value : values) {
    if (std::isfinite(RoundTo(progress.dtype, value))) continue;
    return Invalid(std::string(name) + " is not finite in " + std::string(NameOf(progress.dtype)));
  }
  return {};
}

Result<void> CheckArguments(const Normalize& step, const Progress& progress) {
  if (progress.dtype == DType::kUint8) {
    return Invalid("needs a float tensor: put ToTensor or ConvertImageDtype before it");
  }
  if (auto ok = CheckPerChannel("mean", step.mean, progress); !ok) return ok;
  if (auto ok = CheckPerChannel("std", step.std, progress); !ok) return ok;
  const auto is_zero = [&](float value) { return RoundTo(progress.dtype, value) == 0.0f; };
  if (std::any_of(step.std.begin(), step.std.end(), is_zero)) {
    return Invalid("std is zero in " + std::string(NameOf(progress.dtype)));
  }
  return {};
}

Result<void> CheckOrder(std::span<const Step> steps, size_t index, const Progress& progress) {
  const Step& step = steps[index];
  if (!progress.tensor_step) {
    if (IsPixelStep(step) || MakesTensor(step)) return {};
    return Invalid("needs a tensor: put ToTensor or PILToTensor before it");
  }
  const std::string maker = Describe(*progress.tensor_step, steps[*progress.tensor_step]);
  if (IsPixelStep(step)) return Invalid("must come before " + maker);
  if (MakesTensor(step)) return Invalid("there is a tensor already, made by " + maker);
  return {};
}

void Advance(std::span<const Step> steps, size_t index, Progress& progress) {
  const Step& step = steps[index];
  progress.channels = OutputChannels(step, progress.channels);
  if (MakesTensor(step)) progress.tensor_step = index;
  if (std::holds_alternative<ToTensor>(step)) progress.dtype = DType::kFloat32;
  if (const auto* convert = std::get_if<ConvertImageDtype>(&step)) progress.dtype = convert->dtype;
}

Layout DefaultLayout(std::span<const Step> steps) {
  return std::any_of(steps.begin(), steps.end(), MakesTensor) ? Layout::kChw : Layout::kHwc;
}

// The size that every image has once a step makes it so.
std::optional<ImageSize> FixedOutputSize(const Step& step) {
  if (const auto* crop = std::get_if<CenterCrop>(&step)) return crop->size;
  if (const auto* resize = std::get_if<Resize>(&step)) {
    if (const auto* size = std::get_if<ImageSize>(&resize->size)) return *size;
  }
  return std::nullopt;
}

TensorSpec SpecOf(const Pipeline& pipeline, ImageSize size) {
  const int64_t channels = pipeline.channels();
  if (pipeline.layout() == Layout::kChw) {
    return {pipeline.dtype(), {channels, size.height, size.width}};
  }
  return {pipeline.dtype(), {size.height, size.width, channels}};
}

}  // namespace

Result<Pipeline> Pipeline::Create(std::vector<Step> steps, std::optional<Layout> layout) {
  Progress progress;
  for (size_t i = 0; i < steps.size(); ++i) {
    const auto ok = CheckOrder(steps, i, progress).and_then([&] {
      return std::visit([&](const auto& s) { return CheckArguments(s, progress); }, steps[i]);
    });
    if (!ok) return Fail(Describe(i, steps[i]), ok.error());
    Advance(steps, i, progress);
  }
  Pipeline pipeline;
  pipeline.layout_ = layout.value_or(DefaultLayout(steps));
  pipeline.channels_ = progress.channels;
  pipeline.values_ = ValueTable(steps, progress.channels);
  pipeline.steps_ = std::move(steps);
  return pipeline;
}

std::optional<TensorSpec> Pipeline::FixedSpec() const {
  std::optional<ImageSize> size;
  for (const Step& step : steps_) {
    if (const auto fixed = FixedOutputSize(step)) {
      size = fixed;
    } else if (size) {
      const auto next = OutputSize(step, *size);
      if (!next) return std::nullopt;
      size = *next;
    }
  }
  if (!size) return std::nullopt;
  return SpecOf(*this, *size);
}

Result<TensorSpec> Pipeline::SpecFor(ImageSize source) const {
  ImageSize size = source;
  for (size_t i = 0; i < steps_.size(); ++i) {
    const auto next = OutputSize(steps_[i], size);
    if (!next) return Fail(Describe(i, steps_[i]), next.error());
    size = *next;
  }
  return SpecOf(*this, size);
}

std::string Pipeline::ToString() const {
  std::string text;
  for (const Step& step : steps_) {
    if (!text.empty()) text += " > ";
    text += tensorfs::ToString(step);
  }
  if (text.empty()) text = "Decode";
  if (layout_ == DefaultLayout(steps_)) return text;
  return text + (layout_ == Layout::kChw ? " > chw" : " > hwc");
}

}  // namespace tensorfs
