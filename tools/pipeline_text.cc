// SPDX-License-Identifier: MIT
#include "tools/pipeline_text.h"

#include <charconv>
#include <span>
#include <string_view>
#include <variant>

#include "codec/overloaded.h"
#include "codec/step.h"

namespace tensorfs {
namespace {

std::string Line(std::string_view key, const std::string& value) {
  return std::string(key) + " = " + value + "\n";
}

std::string Quoted(std::string_view name) { return '"' + std::string(name) + '"'; }

std::string Number(int value) { return std::to_string(value); }
std::string Number(uint8_t value) { return std::to_string(value); }

// The value itself, not a shorter one that rounds to it: it is read as a double first.
std::string Number(float value) {
  char text[32];
  const auto end = std::to_chars(text, text + sizeof(text), static_cast<double>(value)).ptr;
  std::string number(text, end);
  const bool is_whole = number.find_first_of(".en") == number.npos;
  return is_whole ? number + ".0" : number;
}

template <typename Values>
std::string List(const Values& values) {
  std::string list;
  for (const auto value : values) list += (list.empty() ? "" : ", ") + Number(value);
  return "[" + list + "]";
}

std::string HeightAndWidth(const ImageSize& size) {
  return List(std::array<int, 2>{size.height, size.width});
}

std::string ArgumentsOf(const Resize& step) {
  const auto* side = std::get_if<int>(&step.size);
  std::string text = Line(
      "size", side != nullptr ? Number(*side) : HeightAndWidth(std::get<ImageSize>(step.size)));
  text += Line("interpolation", Quoted(NameOf(step.interpolation)));
  if (step.max_size) text += Line("max_size", Number(*step.max_size));
  return text;
}

std::string ArgumentsOf(const Pad& step) {
  return Line("padding", List(step.padding)) + Line("fill", List(step.fill)) +
         Line("padding_mode", Quoted(NameOf(step.mode)));
}

std::string ArgumentsOf(const Step& step) {
  return std::visit(
      Overloaded{
          [](const Resize& resize) { return ArgumentsOf(resize); },
          [](const CenterCrop& crop) { return Line("size", HeightAndWidth(crop.size)); },
          [](const Pad& pad) { return ArgumentsOf(pad); },
          [](const Grayscale& grey) {
            return Line("num_output_channels", Number(grey.num_output_channels));
          },
          [](const ConvertImageDtype& convert) {
            return Line("dtype", Quoted(NameOf(convert.dtype)));
          },
          [](const Normalize& normalize) {
            return Line("mean", List(normalize.mean)) + Line("std", List(normalize.std));
          },
          [](const auto&) { return std::string(); },
      },
      step);
}

}  // namespace

std::string PipelineToToml(const PipelineFile& file) {
  const Pipeline& pipeline = file.pipeline;
  std::string text = Line("layout", pipeline.layout() == Layout::kChw ? "\"chw\"" : "\"hwc\"");
  for (size_t i = 0; i < pipeline.steps().size(); ++i) {
    const Step& step = pipeline.steps()[i];
    text += "[[step]]\n" + Line("name", Quoted(NameOf(step))) + ArgumentsOf(step);
    if (file.first_online_step == i) text += Line("online", "true");
  }
  return text;
}

}  // namespace tensorfs
