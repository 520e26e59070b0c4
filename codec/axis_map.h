// SPDX-License-Identifier: MIT
// One axis of a step that moves pixels without computing new ones: for each output coordinate, the
// input coordinate it is copied from. Takes no memory worth counting, however long the axis is.
// Pure functions on plain values.
#ifndef TENSORFS_CODEC_AXIS_MAP_H_
#define TENSORFS_CODEC_AXIS_MAP_H_

#include <variant>
#include <vector>

#include "codec/interval.h"
#include "codec/step.h"

namespace tensorfs {

inline constexpr int kFill = -1;  // the source of an output that shows no input pixel

// Output `offset` shows input 0, and so on; beyond the input, what the mode says.
struct ShiftedAxis {
  int SourceOf(int output) const;

  int input;
  int offset;
  PaddingMode mode = PaddingMode::kConstant;
  std::vector<Interval> mirrors = {};  // the outputs known before each round of reflection
};

// Pillow's NEAREST sums up its step in double precision and may so fall just outside of the image
// at its end.
struct NearestAxis {
  int input;
  double step;
};

using AxisMap = std::variant<ShiftedAxis, NearestAxis>;

// As torchvision: rounds half to even when it crops, and when it pads puts an odd pixel behind.
AxisMap CenterCropAxis(int input, int output);

// As PIL.ImageOps.expand (kConstant) and numpy.pad (the others; a border wider than the image
// reflects what has been reflected already). REQUIRES: before, after >= 0.
AxisMap PadAxis(int input, int before, int after, PaddingMode mode);

AxisMap MakeNearestAxis(int input, int output);

// Calls visit(output, source or kFill) for each of `outputs`, in order.
template <typename Visit>
void VisitSources(const AxisMap& map, Interval outputs, const Visit& visit) {
  if (const auto* shifted = std::get_if<ShiftedAxis>(&map)) {
    for (int i = outputs.first; i < outputs.last; ++i) visit(i, shifted->SourceOf(i));
    return;
  }
  const NearestAxis& nearest = std::get<NearestAxis>(map);
  double position = nearest.step * 0.5;
  for (int i = 0; i < outputs.last; ++i, position += nearest.step) {
    const int source = static_cast<int>(position);
    if (i >= outputs.first) visit(i, source < nearest.input ? source : kFill);
  }
}

// The input coordinates that `outputs` are copied from; pixel 0 if all are kFill.
Interval SourcesOf(const AxisMap& map, Interval outputs);

}  // namespace tensorfs

#endif  // TENSORFS_CODEC_AXIS_MAP_H_
