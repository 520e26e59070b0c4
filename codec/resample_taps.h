// SPDX-License-Identifier: MIT
// The weights of Pillow's resampling filters along one axis, in its fixed point. Pure functions.
#ifndef TENSORFS_CODEC_RESAMPLE_TAPS_H_
#define TENSORFS_CODEC_RESAMPLE_TAPS_H_

#include <cstddef>
#include <cstdint>
#include <vector>

#include "codec/interval.h"
#include "codec/step.h"

namespace tensorfs {

// Weights count in units of 2^-22.
inline constexpr int kWeightBits = 22;

// An axis of `input` pixels resized to `output`. REQUIRES: filter is not kNearest.
struct ResampleAxis {
  int input;
  int output;
  Interpolation filter;

  bool changes() const { return input != output; }
};

// Most weights that one output can have: 2 × ⌈support⌉ + 1, where the support grows with the ratio
// when shrinking.
int MaxTaps(const ResampleAxis& axis);

// The input pixels that `outputs` depend on: themselves if the axis does not change.
Interval InputsOf(const ResampleAxis& axis, Interval outputs);

// For each of some neighbouring outputs, the inputs it is the weighted sum of.
struct Taps {
  struct Span {
    int first;  // input, relative to the origin
    int count;
  };
  std::vector<Span> spans;
  std::vector<int32_t> weights;  // `stride` for each output, of which `count` are used
  size_t stride = 0;
};

// Weights for `outputs`; inputs are counted from `origin`.
Taps ComputeTaps(const ResampleAxis& axis, Interval outputs, int origin);

// Upper bound of the bytes that ComputeTaps allocates for so many outputs.
size_t TapsMemoryBytes(const ResampleAxis& axis, int outputs);

}  // namespace tensorfs

#endif  // TENSORFS_CODEC_RESAMPLE_TAPS_H_
