// SPDX-License-Identifier: MIT
// The steps of a preprocessing pipeline: plain values with the names, arguments and defaults of
// torchvision.transforms (0.14) applied to a PIL image.
#ifndef TENSORFS_CODEC_STEP_H_
#define TENSORFS_CODEC_STEP_H_

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "codec/image.h"
#include "codec/tensor_spec.h"

namespace tensorfs {

enum class Interpolation : uint8_t { kNearest, kBox, kBilinear, kHamming, kBicubic, kLanczos };
enum class PaddingMode : uint8_t { kConstant, kEdge, kReflect, kSymmetric };

// Either the length of the shorter side (the other follows, truncated as torchvision does), or an
// exact size.
struct Resize {
  std::variant<int, ImageSize> size;
  Interpolation interpolation = Interpolation::kBilinear;
  std::optional<int> max_size = std::nullopt;  // only with a shorter side
};

// Pads with zeros where the image is smaller than the crop.
struct CenterCrop {
  ImageSize size;
};

// In pixels: left, top, right, bottom. `fill` is per channel, for kConstant.
struct Pad {
  std::array<int, 4> padding;
  PaddingMode mode = PaddingMode::kConstant;
  std::array<uint8_t, 3> fill = {0, 0, 0};
};

struct Grayscale {
  int num_output_channels = 1;  // 1 or 3
};

struct PilToTensor {};  // to uint8, channels first
struct ToTensor {};     // to float32 in [0, 1], channels first

struct ConvertImageDtype {
  DType dtype;
};

// One value for each channel.
struct Normalize {
  std::vector<float> mean;
  std::vector<float> std;
};

using Step = std::variant<Resize, CenterCrop, Pad, Grayscale, PilToTensor, ToTensor,
                          ConvertImageDtype, Normalize>;

std::string_view NameOf(const Step& step);  // "Resize", …, as torchvision spells it
std::string ToString(const Step& step);     // "Resize(256)"; equal steps have equal texts
std::string_view NameOf(Interpolation interpolation);
std::string_view NameOf(PaddingMode mode);
std::optional<Interpolation> InterpolationFromName(std::string_view name);  // "bilinear", …
std::optional<PaddingMode> PaddingModeFromName(std::string_view name);      // "constant", …

}  // namespace tensorfs

#endif  // TENSORFS_CODEC_STEP_H_
