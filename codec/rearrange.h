// SPDX-License-Identifier: MIT
// Steps that only move pixels: cropping, padding, nearest-neighbour resizing. Pure functions.
#ifndef TENSORFS_CODEC_REARRANGE_H_
#define TENSORFS_CODEC_REARRANGE_H_

#include <array>
#include <cstdint>

#include "codec/axis_map.h"
#include "codec/image.h"
#include "codec/interval.h"

namespace tensorfs {

// The input coordinates that outputs [first, last) are copied from; pixel 0 if all are kFill.
Interval SourcesOf(const AxisMap& map, Interval outputs);

// The output's `window`. Moves the pixels of `input` along, uncopied, where the window just shows
// them all. REQUIRES: `input` holds the sources of the window.
Image Rearrange(Image input, const Rect& window, const AxisMap& columns, const AxisMap& rows,
                const std::array<uint8_t, 3>& fill);

}  // namespace tensorfs

#endif  // TENSORFS_CODEC_REARRANGE_H_
