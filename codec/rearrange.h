// SPDX-License-Identifier: MIT
// Steps that only move pixels: cropping, padding, nearest-neighbour resizing. Pure functions.
#ifndef TENSORFS_CODEC_REARRANGE_H_
#define TENSORFS_CODEC_REARRANGE_H_

#include <array>
#include <cstddef>
#include <cstdint>

#include "codec/axis_map.h"
#include "codec/image.h"

namespace tensorfs {

// Where each output pixel is copied from, and the colour of those that are not.
struct Rearrangement {
  AxisMap columns;
  AxisMap rows;
  std::array<uint8_t, 3> fill = {};
};

// The output's `window`. Moves the pixels of `input` along, uncopied, where the window just shows
// them all. REQUIRES: `input` holds the sources of the window.
Image Rearrange(const Rearrangement& rearrangement, Image input, const Rect& window);

// Upper bound of the bytes that Rearrange allocates, its result included.
size_t RearrangeMemoryBytes(int channels, const Rect& window);

}  // namespace tensorfs

#endif  // TENSORFS_CODEC_REARRANGE_H_
