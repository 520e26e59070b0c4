// SPDX-License-Identifier: MIT
#include "codec/pixel_step.h"

#include <climits>
#include <string>
#include <utility>

#include "codec/axis_map.h"
#include "codec/image_header.h"
#include "codec/overloaded.h"
#include "codec/rearrange.h"
#include "codec/resample.h"
#include "codec/simd_kernels.h"

namespace tensorfs {
namespace {

// A step applied to an image of a certain size is one of these.
struct Keep {};
struct Desaturate {
  int channels;
};
using Operation = std::variant<Keep, Desaturate, Rearrangement, Resampling>;

// The other side of a resize to a shorter side; Python's `/` and int().
int Scaled(int64_t length, int64_t numerator, int64_t denominator) {
  const double scaled = static_cast<double>(length * numerator) / static_cast<double>(denominator);
  return scaled < INT_MAX ? static_cast<int>(scaled) : INT_MAX;
}

ImageSize SizeAfter(const Resize& step, ImageSize input) {
  if (const auto* size = std::get_if<ImageSize>(&step.size)) return *size;
  const bool upright = input.width <= input.height;
  int shorter = std::get<int>(step.size);
  int longer = upright ? Scaled(shorter, input.height, input.width)
                       : Scaled(shorter, input.width, input.height);
  if (step.max_size && longer > *step.max_size) {
    shorter = Scaled(*step.max_size, shorter, longer);
    longer = *step.max_size;
  }
  return upright ? ImageSize{shorter, longer} : ImageSize{longer, shorter};
}

ImageSize SizeAfter(const CenterCrop& step, ImageSize) { return step.size; }

ImageSize SizeAfter(const Pad& step, ImageSize input) {
  const auto [left, top, right, bottom] = step.padding;
  return {left + input.width + right, top + input.height + bottom};
}

template <typename OtherStep>
ImageSize SizeAfter(const OtherStep&, ImageSize input) {
  return input;
}

std::string Text(ImageSize size) {
  return std::to_string(size.width) + "x" + std::to_string(size.height);
}

// Pillow refuses filters whose weights would need 2 GiB.
bool WeightsFit(const ResampleAxis& axis) {
  const int64_t bytes = int64_t{MaxTaps(axis)} * static_cast<int64_t>(sizeof(double));
  return axis.output <= INT_MAX / bytes;
}

Operation ResizeOperation(const Resize& step, ImageSize input) {
  const ImageSize output = SizeAfter(step, input);
  if (output == input) return Keep{};
  if (step.interpolation == Interpolation::kNearest) {
    return Rearrangement{MakeNearestAxis(input.width, output.width),
                         MakeNearestAxis(input.height, output.height)};
  }
  return Resampling{{input.width, output.width, step.interpolation},
                    {input.height, output.height, step.interpolation}};
}

Operation OperationOf(const Step& step, ImageSize input) {
  return std::visit(
      Overloaded{[&](const Resize& s) { return ResizeOperation(s, input); },
                 [&](const CenterCrop& s) -> Operation {
                   return Rearrangement{CenterCropAxis(input.width, s.size.width),
                                        CenterCropAxis(input.height, s.size.height)};
                 },
                 [&](const Pad& s) -> Operation {
                   const auto [left, top, right, bottom] = s.padding;
                   return Rearrangement{PadAxis(input.width, left, right, s.mode),
                                        PadAxis(input.height, top, bottom, s.mode), s.fill};
                 },
                 [](const Grayscale& s) -> Operation { return Desaturate{s.num_output_channels}; },
                 [](const auto&) -> Operation { return Keep{}; }},
      step);
}

Image ToGrey(Image input, int channels) {
  if (input.channels() == channels && channels == 1) return input;
  Image output(input.window(), channels);
  const size_t pixels = Image::SizeBytes(input.window(), 1);
  uint8_t* grey = output.bytes().data();
  if (input.channels() == 3) {
    RgbToGrey(input.bytes().data(), pixels, grey);
  } else {
    std::copy_n(input.bytes().data(), pixels, grey);
  }
  if (channels == 1) return output;
  // From the end, so that no grey value is overwritten before it has been read.
  for (size_t i = pixels; i-- > 0;) {
    const uint8_t value = grey[i];
    std::fill_n(grey + 3 * i, 3, value);
  }
  return output;
}

}  // namespace

bool IsPixelStep(const Step& step) {
  return std::visit(
      Overloaded{[](const Resize&) { return true; }, [](const CenterCrop&) { return true; },
                 [](const Pad&) { return true; }, [](const Grayscale&) { return true; },
                 [](const auto&) { return false; }},
      step);
}

Result<ImageSize> OutputSize(const Step& step, ImageSize input) {
  const ImageSize size = std::visit([&](const auto& s) { return SizeAfter(s, input); }, step);
  const std::string result = "would make " + Text(size) + " of " + Text(input) + " pixels";
  if (size.width < 1 || size.height < 1) return Fail(ErrorCode::kInvalidArgument, result);
  if (int64_t{size.width} * size.height > kMaxPixels) return Fail(ErrorCode::kTooLarge, result);
  const auto* resize = std::get_if<Resize>(&step);
  if (resize != nullptr && size != input && resize->interpolation != Interpolation::kNearest) {
    if (!WeightsFit({input.width, size.width, resize->interpolation}) ||
        !WeightsFit({input.height, size.height, resize->interpolation})) {
      return Fail(ErrorCode::kTooLarge, result);
    }
  }
  return size;
}

int OutputChannels(const Step& step, int input_channels) {
  const auto* grayscale = std::get_if<Grayscale>(&step);
  return grayscale != nullptr ? grayscale->num_output_channels : input_channels;
}

Rect InputWindow(const Step& step, ImageSize input, const Rect& window) {
  return std::visit(
      Overloaded{
          [&](const Rearrangement& r) {
            const Interval columns = SourcesOf(r.columns, {window.left, window.right});
            const Interval rows = SourcesOf(r.rows, {window.top, window.bottom});
            return Rect{columns.first, rows.first, columns.last, rows.last};
          },
          [&](const Resampling& resampling) { return ResampleInputWindow(resampling, window); },
          [&](const auto&) { return window; }},
      OperationOf(step, input));
}

Image Apply(const Step& step, ImageSize input, Image pixels, const Rect& window) {
  return std::visit(
      Overloaded{[&](const Keep&) { return std::move(pixels); },
                 [&](const Desaturate& s) { return ToGrey(std::move(pixels), s.channels); },
                 [&](const Rearrangement& rearrangement) {
                   return Rearrange(rearrangement, std::move(pixels), window);
                 },
                 [&](const Resampling& resampling) {
                   return Resample(resampling, std::move(pixels), window);
                 }},
      OperationOf(step, input));
}

size_t ApplyMemoryBytes(const Step& step, ImageSize input, int input_channels, const Rect& window) {
  const int channels = OutputChannels(step, input_channels);
  return std::visit(
      Overloaded{[](const Keep&) { return size_t{0}; },
                 [&](const Desaturate&) { return Image::SizeBytes(window, channels); },
                 [&](const Rearrangement&) { return RearrangeMemoryBytes(channels, window); },
                 [&](const Resampling& resampling) {
                   return ResampleMemoryBytes(resampling, channels, window);
                 }},
      OperationOf(step, input));
}

}  // namespace tensorfs
