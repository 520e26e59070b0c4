// SPDX-License-Identifier: MIT
// Inner loops of the codecs that take a tensor's bytes apart, compiled for several instruction sets
// of which the best one that the machine has is chosen at run time. Thread-safe. Exact: all sets
// give the same bytes.
#ifndef TENSORFS_CODEC_PLANE_KERNELS_H_
#define TENSORFS_CODEC_PLANE_KERNELS_H_

#include <cstddef>
#include <cstdint>
#include <span>

namespace tensorfs {

// Between elements of 2 or 4 bytes, one after the other, and planes: the first bytes of all
// elements, then the second ones and so on. REQUIRES: whole elements; as many bytes at `planes` as
// there are elements' bytes; no overlap.
void SplitElements(std::span<const uint8_t> elements, size_t element_bytes, uint8_t* planes);
void JoinElements(const uint8_t* planes, size_t element_bytes, std::span<uint8_t> elements);

// Between interleaved RGB and three rows, of red minus green, green, and blue minus green.
struct ColourRows {
  uint8_t* red;
  uint8_t* green;
  uint8_t* blue;
};
void SplitColours(const uint8_t* rgb, size_t pixels, const ColourRows& rows);
void JoinColours(const ColourRows& rows, size_t pixels, uint8_t* rgb);

// Adds or subtracts byte by byte, modulo 256.
void AddBytes(const uint8_t* bytes, size_t count, uint8_t* to);
void SubtractBytes(const uint8_t* bytes, size_t count, uint8_t* from);

// What a row of one channel is predicted from: two bits that combine. The values are stored on
// disk: never change one.
inline constexpr uint8_t kFromAbove = 1;  // the value in the row above
inline constexpr uint8_t kFromLeft = 2;   // the value to the left, 0 before the first
// Both: left + above - above left.
inline constexpr int kRowPredictions = 4;

// Writes the differences to the prediction and returns the sum of their sizes, as signed bytes.
uint64_t PredictRow(uint8_t prediction, std::span<const uint8_t> row, const uint8_t* above,
                    uint8_t* differences);

// Turns differences into the row, in place. REQUIRES: prediction < kRowPredictions.
void UnpredictRow(uint8_t prediction, std::span<uint8_t> row, const uint8_t* above);

}  // namespace tensorfs

#endif  // TENSORFS_CODEC_PLANE_KERNELS_H_
