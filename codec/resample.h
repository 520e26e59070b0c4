// SPDX-License-Identifier: MIT
// Pillow's resampling of images with 8 bits a channel, bit for bit: a horizontal pass, rounded to
// bytes, then a vertical one; a pass is left out where the size does not change. Pure functions.
// Source: the weights' fixed point and the passes' order are facts of Pillow 9.4's Resample.c.
#ifndef TENSORFS_CODEC_RESAMPLE_H_
#define TENSORFS_CODEC_RESAMPLE_H_

#include <cstddef>

#include "codec/image.h"
#include "codec/resample_taps.h"

namespace tensorfs {

struct Resampling {
  ResampleAxis horizontal;
  ResampleAxis vertical;
};

// The input pixels that the output's `window` depends on.
Rect ResampleInputWindow(const Resampling& resampling, const Rect& window);

// The output's `window`. REQUIRES: `input` holds ResampleInputWindow.
Image Resample(const Resampling& resampling, Image input, const Rect& window);

// Upper bound of the bytes that Resample allocates, its result included.
size_t ResampleMemoryBytes(const Resampling& resampling, int channels, const Rect& window);

}  // namespace tensorfs

#endif  // TENSORFS_CODEC_RESAMPLE_H_
