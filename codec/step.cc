// SPDX-License-Identifier: MIT
#include "codec/step.h"

#include <algorithm>
#include <charconv>
#include <iterator>

#include "codec/overloaded.h"

namespace tensorfs {
namespace {

// In the order of the enums' values.
constexpr std::array<std::string_view, 6> kInterpolationNames = {"nearest", "box",     "bilinear",
                                                                 "hamming", "bicubic", "lanczos"};
constexpr std::array<std::string_view, 4> kPaddingModeNames = {"constant", "edge", "reflect",
                                                               "symmetric"};

// In the order of Step's alternatives.
constexpr std::array<std::string_view, std::variant_size_v<Step>> kStepNames = {
    "Resize",   "CenterCrop",        "Pad",      "Grayscale", "PILToTensor",
    "ToTensor", "ConvertImageDtype", "Normalize"};

template <typename Enum, size_t kCount>
std::optional<Enum> Find(const std::array<std::string_view, kCount>& names, std::string_view name) {
  const auto found = std::find(names.begin(), names.end(), name);
  if (found == names.end()) return std::nullopt;
  return static_cast<Enum>(std::distance(names.begin(), found));
}

// The shortest text that reads back as the same float.
std::string Text(float value) {
  std::array<char, 32> text;
  const auto [end, error] = std::to_chars(text.data(), text.data() + text.size(), value);
  return std::string(text.data(), end);
}

template <typename Values>
std::string List(const Values& values) {
  std::string text;
  for (const auto& value : values) {
    if (!text.empty()) text += ',';
    if constexpr (std::is_same_v<std::decay_t<decltype(value)>, float>) {
      text += Text(value);
    } else {
      text += std::to_string(value);
    }
  }
  return '[' + text + ']';
}

std::string Text(ImageSize size) {
  return std::to_string(size.height) + 'x' + std::to_string(size.width);
}

std::string Arguments(const Resize& step) {
  std::string text = std::visit(Overloaded{[](int side) { return std::to_string(side); },
                                           [](ImageSize size) { return Text(size); }},
                                step.size);
  if (step.interpolation != Interpolation::kBilinear) {
    text += ", " + std::string(NameOf(step.interpolation));
  }
  if (step.max_size) text += ", max_size=" + std::to_string(*step.max_size);
  return text;
}

std::string Arguments(const CenterCrop& step) {
  if (step.size.width == step.size.height) return std::to_string(step.size.width);
  return Text(step.size);
}

std::string Arguments(const Pad& step) {
  const std::string padding = List(step.padding);
  if (step.mode != PaddingMode::kConstant) return padding + ", " + std::string(NameOf(step.mode));
  if (step.fill == std::array<uint8_t, 3>{}) return padding;
  return padding + ", fill=" + List(step.fill);
}

std::string Arguments(const Grayscale& step) { return std::to_string(step.num_output_channels); }
std::string Arguments(const PilToTensor&) { return ""; }
std::string Arguments(const ToTensor&) { return ""; }
std::string Arguments(const ConvertImageDtype& step) { return std::string(NameOf(step.dtype)); }
std::string Arguments(const Normalize& step) {
  return "mean=" + List(step.mean) + ", std=" + List(step.std);
}

}  // namespace

std::string_view NameOf(const Step& step) { return kStepNames[step.index()]; }

std::string ToString(const Step& step) {
  const std::string arguments = std::visit([](const auto& s) { return Arguments(s); }, step);
  const std::string name(NameOf(step));
  return arguments.empty() ? name : name + '(' + arguments + ')';
}

std::string_view NameOf(Interpolation interpolation) {
  return kInterpolationNames[static_cast<size_t>(interpolation)];
}

std::string_view NameOf(PaddingMode mode) { return kPaddingModeNames[static_cast<size_t>(mode)]; }

std::optional<Interpolation> InterpolationFromName(std::string_view name) {
  return Find<Interpolation>(kInterpolationNames, name);
}

std::optional<PaddingMode> PaddingModeFromName(std::string_view name) {
  return Find<PaddingMode>(kPaddingModeNames, name);
}

}  // namespace tensorfs
