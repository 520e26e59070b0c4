// SPDX-License-Identifier: MIT
#include "codec/form.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <iterator>
#include <map>
#include <span>
#include <utility>

#include "codec/hash.h"
#include "codec/pixel_step.h"

namespace tensorfs {
namespace {

struct NamedEncoding {
  Encoding encoding;
  std::string_view name;
  bool has_level;
};

constexpr std::array<NamedEncoding, 7> kEncodings = {{
    {Encoding::kOriginal, "original", false},
    {Encoding::kJpegCrop, "jpeg-crop", false},
    {Encoding::kRaw, "raw", false},
    {Encoding::kZstd, "zstd", true},
    {Encoding::kShuffleZstd, "shuffle-zstd", true},
    {Encoding::kPlanarZstd, "planar-zstd", true},
    {Encoding::kPng, "png", false},
}};

const NamedEncoding& Entry(Encoding encoding) {
  return *std::find_if(kEncodings.begin(), kEncodings.end(),
                       [&](const NamedEncoding& entry) { return entry.encoding == encoding; });
}

std::string_view StageNameOf(const Step& step) {
  if (std::holds_alternative<Resize>(step)) return "resize";
  if (std::holds_alternative<CenterCrop>(step)) return "center-crop";
  if (std::holds_alternative<Pad>(step)) return "pad";
  return "grayscale";
}

// Whether the final tensor has the very bytes of the image before it.
bool FinalIsImage(const Pipeline& pipeline) {
  return pipeline.dtype() == DType::kUint8 &&
         (pipeline.layout() == Layout::kHwc || pipeline.channels() == 1);
}

// The stages by the steps' own names, before the last is called final.
std::vector<std::string> StepStageNames(const Pipeline& pipeline) {
  std::vector<std::string> names = {"source", "decode"};
  std::map<std::string_view, int> count;
  for (const Step& step : pipeline.steps()) {
    if (!IsPixelStep(step)) continue;
    const std::string_view name = StageNameOf(step);
    const int number = ++count[name];
    names.push_back(std::string(name) + (number > 1 ? "-" + std::to_string(number) : ""));
  }
  return names;
}

std::string Join(std::span<const std::string> words) {
  std::string joined;
  for (const std::string& word : words) joined += (joined.empty() ? "" : ", ") + word;
  return joined;
}

Result<int> ParseStage(std::string_view name, const Pipeline& pipeline) {
  const std::vector<std::string> names = StageNames(pipeline);
  const auto found = std::find(names.begin(), names.end(), name);
  if (found != names.end()) return static_cast<int>(found - names.begin());
  // The last image goes by its step's name too where it is the final tensor.
  const std::vector<std::string> step_names = StepStageNames(pipeline);
  if (step_names.back() == name) return static_cast<int>(step_names.size()) - 1;
  return Fail(ErrorCode::kInvalidArgument,
              "no stage \"" + std::string(name) + "\"; this pipeline's are " + Join(names));
}

std::string EncodingList() {
  std::vector<std::string> names;
  for (const NamedEncoding& entry : kEncodings) names.emplace_back(entry.name);
  return Join(names);
}

Result<std::pair<Encoding, int>> ParseEncoding(std::string_view text) {
  if (const auto plain = EncodingFromName(text)) return std::pair(*plain, 0);
  const size_t dash = text.rfind('-');
  const auto encoding = EncodingFromName(text.substr(0, dash));
  if (dash == text.npos || !encoding || !Entry(*encoding).has_level) {
    return Fail(ErrorCode::kInvalidArgument,
                "no encoding \"" + std::string(text) + "\"; there are " + EncodingList());
  }
  int level = 0;
  const char* const end = text.data() + text.size();
  const auto parsed = std::from_chars(text.data() + dash + 1, end, level);
  if (parsed.ec != std::errc() || parsed.ptr != end || level < 1 || level > kMaxZstdLevel) {
    return Fail(ErrorCode::kInvalidArgument, "\"" + std::string(text) +
                                                 "\": the level must be from 1 to " +
                                                 std::to_string(kMaxZstdLevel));
  }
  return std::pair(*encoding, level);
}

bool IsOfSource(Encoding encoding) {
  return encoding == Encoding::kOriginal || encoding == Encoding::kJpegCrop;
}

}  // namespace

std::string_view NameOf(Encoding encoding) { return Entry(encoding).name; }

std::optional<Encoding> EncodingFromName(std::string_view name) {
  for (const NamedEncoding& entry : kEncodings) {
    if (entry.name == name) return entry.encoding;
  }
  return std::nullopt;
}

std::vector<std::string> StageNames(const Pipeline& pipeline) {
  std::vector<std::string> names = StepStageNames(pipeline);
  if (FinalIsImage(pipeline)) {
    names.back() = "final";
  } else {
    names.emplace_back("final");
  }
  return names;
}

int FinalStage(const Pipeline& pipeline) {
  const auto pixel_steps = std::ranges::count_if(pipeline.steps(), IsPixelStep);
  return 1 + static_cast<int>(pixel_steps) + (FinalIsImage(pipeline) ? 0 : 1);
}

uint64_t StageFingerprint(const Pipeline& pipeline, int stage) {
  if (stage == FinalStage(pipeline) && !FinalIsImage(pipeline)) {
    return Hash64("final|" + pipeline.ToString());
  }
  std::string text = "decode";
  int passed = 1;
  for (const Step& step : pipeline.steps()) {
    if (passed >= stage) break;
    if (!IsPixelStep(step)) continue;
    text += "|" + ToString(step);
    ++passed;
  }
  return Hash64(text);
}

uint64_t SourceFingerprint(const Rect& window) {
  std::string text = "source";
  for (const int edge : {window.left, window.top, window.right, window.bottom}) {
    text += "|" + std::to_string(edge);
  }
  return Hash64(text);
}

Result<Form> ParseForm(std::string_view text, const Pipeline& pipeline) {
  const size_t colon = text.find(':');
  if (colon == text.npos) {
    return Fail(ErrorCode::kInvalidArgument,
                "\"" + std::string(text) + "\" is not STAGE:ENCODING, as in final:raw");
  }
  const Result<int> stage = ParseStage(text.substr(0, colon), pipeline);
  if (!stage) return tl::unexpected(stage.error());
  const auto encoding = ParseEncoding(text.substr(colon + 1));
  if (!encoding) return tl::unexpected(encoding.error());
  if (IsOfSource(encoding->first) != (*stage == 0)) {
    return Fail(ErrorCode::kInvalidArgument,
                "\"" + std::string(text) + "\": original and jpeg-crop go with the stage source, " +
                    "all other encodings with the others");
  }
  return Form{.stage = *stage, .encoding = encoding->first, .level = encoding->second};
}

std::string ToString(const Form& form, const Pipeline& pipeline) {
  std::string text = StageNames(pipeline).at(static_cast<size_t>(form.stage));
  text += ":" + std::string(NameOf(form.encoding));
  if (form.level != 0) text += "-" + std::to_string(form.level);
  return text;
}

}  // namespace tensorfs
