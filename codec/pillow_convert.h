// SPDX-License-Identifier: MIT
// Pillow's convert("RGB") for the pixel layouts that files hold. Pure functions.
#ifndef TENSORFS_CODEC_PILLOW_CONVERT_H_
#define TENSORFS_CODEC_PILLOW_CONVERT_H_

#include <cstddef>
#include <cstdint>

namespace tensorfs {

// `inverted` holds 4 bytes a pixel as CMYK JPEGs store them: 255 minus the ink.
void InvertedCmykToRgb(const uint8_t* inverted, size_t pixels, uint8_t* rgb);

}  // namespace tensorfs

#endif  // TENSORFS_CODEC_PILLOW_CONVERT_H_
