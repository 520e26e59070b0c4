// SPDX-License-Identifier: MIT
#include "codec/axis_map.h"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace tensorfs {
namespace {

// Output i shows input i - offset where there is such a pixel.
AxisMap ShiftedAxis(int input, int output, int offset) {
  AxisMap map(static_cast<size_t>(output), kFill);
  const int first = std::max(0, offset);
  const int last = std::min(output, input + offset);
  if (first < last) std::iota(map.begin() + first, map.begin() + last, first - offset);
  return map;
}

// Copies `count` entries, in reverse, from those that end before `source_end` to `target`.
void Mirror(AxisMap& map, int source_end, int target, int count) {
  for (int i = 0; i < count; ++i) map[target + i] = map[source_end - 1 - i];
}

// numpy.pad's way: each round mirrors, on both sides in turn, at most the image's own length (less
// one if the edge is not repeated) of what is filled already.
void Reflect(AxisMap& map, int input, int before, bool repeat_edge) {
  const int edge = repeat_edge ? 0 : 1;
  const int size = static_cast<int>(map.size());
  int first = before;
  int last = before + input;
  while (first > 0 || last < size) {
    const int length = last - first - edge;
    const int front = std::min(length, first);
    Mirror(map, first + edge + front, first - front, front);
    first -= front;
    const int back = std::min(length, size - last);
    Mirror(map, last - edge, last, back);
    last += back;
  }
}

}  // namespace

AxisMap CenterCropAxis(int input, int output) {
  if (output > input) return ShiftedAxis(input, output, (output - input) / 2);
  const int surplus = input - output;
  const int half = surplus / 2;
  const bool round_up = surplus % 2 == 1 && half % 2 == 1;
  return ShiftedAxis(input, output, -(half + (round_up ? 1 : 0)));
}

AxisMap PadAxis(int input, int before, int after, PaddingMode mode) {
  AxisMap map = ShiftedAxis(input, before + input + after, before);
  if (mode == PaddingMode::kConstant) return map;
  const bool single = input == 1;  // numpy repeats the one pixel in every mode
  if (mode == PaddingMode::kEdge || single) {
    std::fill_n(map.begin(), before, 0);
    std::fill_n(map.end() - after, after, input - 1);
  } else {
    Reflect(map, input, before, mode == PaddingMode::kSymmetric);
  }
  return map;
}

AxisMap NearestAxis(int input, int output) {
  // Pillow passes sizes as floats.
  const double step = static_cast<double>(static_cast<float>(input)) / output;
  AxisMap map(static_cast<size_t>(output), kFill);
  double position = step * 0.5;
  for (int& source : map) {
    const int coordinate = static_cast<int>(position);
    if (coordinate < input) source = coordinate;
    position += step;
  }
  return map;
}

}  // namespace tensorfs
