// SPDX-License-Identifier: MIT
#include "codec/axis_map.h"

#include <algorithm>

namespace tensorfs {
namespace {

// How many pixels at the edge a reflection leaves out.
int EdgePixels(PaddingMode mode) { return mode == PaddingMode::kReflect ? 1 : 0; }

// numpy.pad's way: each round mirrors, on both sides, at most the length of what is known already
// (less the edge), until all `size` outputs are.
std::vector<Interval> MirrorRounds(Interval known, int size, int edge) {
  std::vector<Interval> rounds;
  while (known.first > 0 || known.last < size) {
    rounds.push_back(known);
    const int length = known.length() - edge;
    known = {known.first - std::min(length, known.first),
             known.last + std::min(length, size - known.last)};
  }
  return rounds;
}

}  // namespace

int ShiftedAxis::SourceOf(int output) const {
  const int source = output - offset;
  if (source >= 0 && source < input) return source;
  if (mode == PaddingMode::kConstant) return kFill;
  if (mode == PaddingMode::kEdge) return std::clamp(source, 0, input - 1);
  const int edge = EdgePixels(mode);
  for (auto known = mirrors.rbegin(); known != mirrors.rend(); ++known) {
    if (output < known->first) output = 2 * known->first + edge - 1 - output;
    if (output >= known->last) output = 2 * known->last - edge - 1 - output;
  }
  return output - offset;
}

AxisMap CenterCropAxis(int input, int output) {
  if (output > input) return ShiftedAxis{.input = input, .offset = (output - input) / 2};
  const int surplus = input - output;
  const int half = surplus / 2;
  const bool round_up = surplus % 2 == 1 && half % 2 == 1;
  return ShiftedAxis{.input = input, .offset = -(half + (round_up ? 1 : 0))};
}

AxisMap PadAxis(int input, int before, int after, PaddingMode mode) {
  ShiftedAxis axis = {.input = input, .offset = before, .mode = mode};
  if (mode == PaddingMode::kReflect || mode == PaddingMode::kSymmetric) {
    if (input == 1) {
      axis.mode = PaddingMode::kEdge;  // what numpy makes of a single pixel
    } else {
      axis.mirrors =
          MirrorRounds({before, before + input}, before + input + after, EdgePixels(mode));
    }
  }
  return axis;
}

AxisMap MakeNearestAxis(int input, int output) {
  // Pillow passes sizes as floats.
  return NearestAxis{input, static_cast<double>(static_cast<float>(input)) / output};
}

// Where all outputs show the input, or the rest shows none of it, there is no need to visit them.
Interval SourcesOf(const AxisMap& map, Interval outputs) {
  if (const auto* shifted = std::get_if<ShiftedAxis>(&map)) {
    const Interval shown = {std::max(outputs.first - shifted->offset, 0),
                            std::min(outputs.last - shifted->offset, shifted->input)};
    if (shown.length() == outputs.length() || shifted->mode == PaddingMode::kConstant) {
      return shown.length() > 0 ? shown : Interval{0, 1};
    }
  }
  Interval sources = {0, 0};
  VisitSources(map, outputs, [&](int, int source) {
    if (source == kFill) return;
    if (sources.length() == 0) sources = {source, source};
    sources = {std::min(sources.first, source), std::max(sources.last, source + 1)};
  });
  return sources.length() == 0 ? Interval{0, 1} : sources;
}

}  // namespace tensorfs
