// SPDX-License-Identifier: MIT
// The inner loops over pixels, compiled for several instruction sets of which the best one that the
// machine has is chosen at run time. Thread-safe. Exact: all sets give the same bytes.
#ifndef TENSORFS_CODEC_SIMD_KERNELS_H_
#define TENSORFS_CODEC_SIMD_KERNELS_H_

#include <cstddef>
#include <cstdint>

#include "codec/resample_taps.h"

namespace tensorfs {

// Rows of bytes, `stride` bytes apart.
struct ByteRows {
  const uint8_t* data;
  size_t stride;
};
struct MutableByteRows {
  uint8_t* data;
  size_t stride;
};

// Output row i becomes, byte by byte, the weighted sum of the input rows of taps.spans[i], rounded
// and clamped to 0…255. `input` starts at the taps' origin.
void WeightRows(const Taps& taps, ByteRows input, MutableByteRows output, size_t row_bytes);

// Output row c, column r becomes input row r, column c.
void TransposeBytes(ByteRows input, size_t rows, size_t columns, MutableByteRows output);

// Splits interleaved RGB into three planes of `pixels` bytes, one behind the other at
// `plane_bytes`.
void SplitRgb(const uint8_t* rgb, size_t pixels, uint8_t* planes, size_t plane_bytes);

// Pillow's RGB → L: ITU-R 601-2 luma in 16-bit fixed point.
void RgbToGrey(const uint8_t* rgb, size_t pixels, uint8_t* grey);

// RGB → BGR; `from` and `to` do not overlap.
void SwapRedAndBlue(const uint8_t* from, size_t pixels, uint8_t* to);

}  // namespace tensorfs

#endif  // TENSORFS_CODEC_SIMD_KERNELS_H_
