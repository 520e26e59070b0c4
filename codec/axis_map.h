// SPDX-License-Identifier: MIT
// One axis of a step that moves pixels without computing new ones: entry i is the input coordinate
// that output coordinate i is copied from, or kFill. Pure functions.
#ifndef TENSORFS_CODEC_AXIS_MAP_H_
#define TENSORFS_CODEC_AXIS_MAP_H_

#include <vector>

#include "codec/step.h"

namespace tensorfs {

using AxisMap = std::vector<int>;
inline constexpr int kFill = -1;

// As torchvision: rounds half to even when it crops, and when it pads puts an odd pixel behind.
AxisMap CenterCropAxis(int input, int output);

// As PIL.ImageOps.expand (kConstant) and numpy.pad (the others; a border wider than the image
// reflects what has been reflected already). REQUIRES: before, after >= 0.
AxisMap PadAxis(int input, int before, int after, PaddingMode mode);

// As Pillow's NEAREST, which sums up the step in double precision and may so fall just outside of
// the image at its end: kFill.
AxisMap NearestAxis(int input, int output);

}  // namespace tensorfs

#endif  // TENSORFS_CODEC_AXIS_MAP_H_
