// SPDX-License-Identifier: MIT
#include "tools/pipeline_file.h"

#include <array>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <optional>
#include <span>
#include <utility>
#include <vector>

#include "tools/suggestion.h"
#include "tools/toml_table.h"

namespace tensorfs {
namespace {

constexpr size_t kMaxFileBytes = size_t{1} << 20;
constexpr size_t kMaxSteps = 100;
constexpr std::string_view kSizeExpected = "an integer or [height, width]";

// An enum's value from the name under `key`; the value is left alone if there is no such key.
template <typename Enum>
void ReadName(TomlTable& table, std::string_view key, std::span<const std::string_view> names,
              std::optional<Enum> (*from_name)(std::string_view), Enum& value) {
  const auto name = table.String(key);
  if (!name) return;
  if (const auto found = from_name(*name)) {
    value = *found;
  } else {
    table.Reject(key,
                 "there is no " + std::string(key) + " \"" + *name + '"' + Suggest(*name, names));
  }
}

Step ReadResize(TomlTable& table) {
  constexpr std::array<std::string_view, 6> kNames = {"nearest", "box",     "bilinear",
                                                      "hamming", "bicubic", "lanczos"};
  Resize step;
  table.Require("size");
  const auto size = table.IntOrInts("size", kSizeExpected);
  if (size && size->size() == 1) {
    step.size = size->front();
  } else if (size && size->size() == 2) {
    step.size = ImageSize{.width = (*size)[1], .height = (*size)[0]};
  } else {
    table.Reject("size", "\"size\" must be " + std::string(kSizeExpected));
  }
  ReadName<Interpolation>(table, "interpolation", kNames, InterpolationFromName,
                          step.interpolation);
  step.max_size = table.Int("max_size");
  if (!table.Bool("antialias").value_or(true)) {
    table.Reject(
        "antialias",
        "\"antialias\" can only be true: images are resized as PIL does it, and PIL always "
        "filters what it makes smaller");
  }
  return step;
}

Step ReadCenterCrop(TomlTable& table) {
  table.Require("size");
  const auto size = table.IntOrInts("size", kSizeExpected);
  if (size && size->size() == 1) return CenterCrop{{size->front(), size->front()}};
  if (size && size->size() == 2) return CenterCrop{{.width = (*size)[1], .height = (*size)[0]}};
  table.Reject("size", "\"size\" must be " + std::string(kSizeExpected));
  return CenterCrop{};
}

std::array<int, 4> ReadPadding(TomlTable& table) {
  constexpr std::string_view kExpected =
      "an integer, [left and right, top and bottom] or [left, top, right, bottom]";
  table.Require("padding");
  const auto padding = table.IntOrInts("padding", kExpected);
  if (!padding) return {};
  const std::vector<int>& p = *padding;
  if (p.size() == 1) return {p[0], p[0], p[0], p[0]};
  if (p.size() == 2) return {p[0], p[1], p[0], p[1]};
  if (p.size() == 4) return {p[0], p[1], p[2], p[3]};
  table.Reject("padding", "\"padding\" must be " + std::string(kExpected));
  return {};
}

std::array<uint8_t, 3> ReadFill(TomlTable& table) {
  constexpr std::string_view kExpected = "from 0 to 255: one value, or one for each channel";
  const auto fill = table.IntOrInts("fill", kExpected);
  if (!fill) return {};
  std::array<uint8_t, 3> bytes = {};
  for (size_t i = 0; i < bytes.size(); ++i) {
    const bool counted = fill->size() == 1 || fill->size() == bytes.size();
    const int value = counted ? (*fill)[fill->size() == 1 ? 0 : i] : -1;
    if (value < 0 || value > 255)
      table.Reject("fill", "\"fill\" must be " + std::string(kExpected));
    bytes[i] = static_cast<uint8_t>(value);
  }
  return bytes;
}

Step ReadPad(TomlTable& table) {
  constexpr std::array<std::string_view, 4> kModes = {"constant", "edge", "reflect", "symmetric"};
  Pad step;
  step.padding = ReadPadding(table);
  step.fill = ReadFill(table);
  ReadName<PaddingMode>(table, "padding_mode", kModes, PaddingModeFromName, step.mode);
  return step;
}

Step ReadGrayscale(TomlTable& table) {
  return Grayscale{table.Int("num_output_channels").value_or(1)};
}

Step ReadConvertImageDtype(TomlTable& table) {
  constexpr std::array<std::string_view, 4> kNames = {"uint8", "float16", "bfloat16", "float32"};
  ConvertImageDtype step{DType::kFloat32};
  ReadName<DType>(table, "dtype", kNames, DTypeFromName, step.dtype);
  return step;
}

Step ReadNormalize(TomlTable& table) {
  table.Require("mean");
  table.Require("std");
  table.Bool("inplace");  // where the values were computed does not show in a file
  return Normalize{table.Floats("mean").value_or(std::vector<float>{}),
                   table.Floats("std").value_or(std::vector<float>{})};
}

// What a step may hold beside what all may, and how it is read.
struct StepReader {
  std::string_view name;
  std::vector<std::string_view> keys;
  Step (*read)(TomlTable& table);
};

const std::vector<StepReader>& StepReaders() {
  static const std::vector<StepReader> readers = {
      {"Resize", {"size", "interpolation", "max_size", "antialias"}, ReadResize},
      {"CenterCrop", {"size"}, ReadCenterCrop},
      {"Pad", {"padding", "fill", "padding_mode"}, ReadPad},
      {"Grayscale", {"num_output_channels"}, ReadGrayscale},
      {"PILToTensor", {}, [](TomlTable&) -> Step { return PilToTensor{}; }},
      {"ToTensor", {}, [](TomlTable&) -> Step { return ToTensor{}; }},
      {"ConvertImageDtype", {"dtype"}, ReadConvertImageDtype},
      {"Normalize", {"mean", "std", "inplace"}, ReadNormalize},
  };
  return readers;
}

const StepReader* FindReader(std::string_view name) {
  for (const StepReader& reader : StepReaders()) {
    if (reader.name == name) return &reader;
  }
  return nullptr;
}

Step ReadStep(TomlTable& table, const std::string& subject) {
  table.Require("name");
  const auto name = table.String("name");
  if (!name) return ToTensor{};
  const StepReader* reader = FindReader(*name);
  if (reader == nullptr) {
    std::vector<std::string_view> names;
    for (const StepReader& known : StepReaders()) names.push_back(known.name);
    table.Reject("name", "there is no step \"" + *name + '"' + Suggest(*name, names));
    return ToTensor{};
  }
  table.set_subject(subject + " (" + *name + ')');
  std::vector<std::string_view> keys = reader->keys;
  keys.insert(keys.end(), {"name", "online"});
  table.AllowOnly(keys);
  return reader->read(table);
}

std::string Place(std::string_view file_name, const toml::node& node) {
  return std::string(file_name) + ':' + std::to_string(node.source().begin.line);
}

// The pipeline's own checks, told with the line of the step that fails them.
Result<Pipeline> Check(const std::vector<Step>& steps, std::optional<Layout> layout,
                       const toml::array& tables, std::string_view file_name) {
  auto pipeline = Pipeline::Create(steps, layout);
  if (pipeline) return pipeline;
  size_t failing = 0;
  while (Pipeline::Create({steps.begin(), steps.begin() + static_cast<int>(failing) + 1}, layout)) {
    ++failing;
  }
  return Fail(Place(file_name, tables[failing]), pipeline.error());
}

Result<PipelineFile> ReadSteps(const toml::array& tables, std::optional<Layout> layout,
                               std::string_view file_name) {
  if (tables.size() > kMaxSteps) {
    return Fail(ErrorCode::kInvalidArgument,
                Place(file_name, tables) + ": more than " + std::to_string(kMaxSteps) + " steps");
  }
  std::vector<Step> steps;
  std::optional<size_t> first_online;
  for (size_t i = 0; i < tables.size(); ++i) {
    const std::string subject = "step " + std::to_string(i + 1);
    const toml::table* node = tables[i].as_table();
    if (node == nullptr) {
      return Fail(ErrorCode::kInvalidArgument,
                  Place(file_name, tables[i]) + ": " + subject + ": must be a table: [[step]]");
    }
    TomlTable table(*node, file_name, subject);
    steps.push_back(ReadStep(table, subject));
    if (table.Bool("online").value_or(false) && !first_online) first_online = i;
    if (table.error()) return tl::unexpected(*table.error());
  }
  Result<Pipeline> pipeline = Check(steps, layout, tables, file_name);
  if (!pipeline) return tl::unexpected(pipeline.error());
  return PipelineFile{*std::move(pipeline), first_online};
}

std::optional<Layout> LayoutFromName(std::string_view name) {
  if (name == "hwc") return Layout::kHwc;
  if (name == "chw") return Layout::kChw;
  return std::nullopt;
}

Result<PipelineFile> ReadRoot(const toml::table& root, std::string_view file_name) {
  constexpr std::array<std::string_view, 2> kKeys = {"layout", "step"};
  constexpr std::array<std::string_view, 2> kLayouts = {"hwc", "chw"};
  TomlTable table(root, file_name, "");
  table.AllowOnly(kKeys);
  std::optional<Layout> layout;
  if (const auto name = table.String("layout")) {
    layout = LayoutFromName(*name);
    if (!layout) {
      table.Reject("layout", "there is no layout \"" + *name + '"' + Suggest(*name, kLayouts));
    }
  }
  const toml::array* steps = root["step"].as_array();
  if (steps == nullptr && table.Has("step")) {
    table.Reject("step", "\"step\" must be a list of tables: write [[step]]");
  }
  if (table.error()) return tl::unexpected(*table.error());
  if (steps == nullptr) return ReadSteps({}, layout, file_name);
  return ReadSteps(*steps, layout, file_name);
}

Pipeline PipelineOf(const PipelineFile& file) { return file.pipeline; }

}  // namespace

Result<PipelineFile> ParsePipelineFile(std::string_view toml, std::string_view file_name) {
  try {
    return ReadRoot(toml::parse(toml), file_name);
  } catch (const toml::parse_error& error) {
    return Fail(ErrorCode::kInvalidArgument, std::string(file_name) + ':' +
                                                 std::to_string(error.source().begin.line) + ": " +
                                                 std::string(error.description()));
  }
}

Result<Pipeline> ParsePipeline(std::string_view toml, std::string_view file_name) {
  return ParsePipelineFile(toml, file_name).map(&PipelineOf);
}

Result<PipelineFile> ReadPipelineFile(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) return Fail(ErrorCode::kNotFound, path + ": " + std::strerror(errno));
  std::string text(kMaxFileBytes + 1, '\0');
  file.read(text.data(), static_cast<std::streamsize>(text.size()));
  if (file.bad()) return Fail(ErrorCode::kIo, path + ": " + std::strerror(errno));
  text.resize(static_cast<size_t>(file.gcount()));
  if (text.size() > kMaxFileBytes) return Fail(ErrorCode::kTooLarge, path + ": more than 1 MiB");
  return ParsePipelineFile(text, path);
}

Result<Pipeline> LoadPipelineFile(const std::string& path) {
  return ReadPipelineFile(path).map(&PipelineOf);
}

}  // namespace tensorfs
