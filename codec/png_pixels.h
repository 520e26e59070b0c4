// SPDX-License-Identifier: MIT
// How a PNG's colour type and bit depth lay out a row, and Pillow's RGB of such pixels. Plain
// value; thread-safe once built.
#ifndef TENSORFS_CODEC_PNG_PIXELS_H_
#define TENSORFS_CODEC_PNG_PIXELS_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

namespace tensorfs {

// The values are the file format's.
enum class PngColour : uint8_t {
  kGrey = 0,
  kRgb = 2,
  kPalette = 3,
  kGreyAlpha = 4,
  kRgba = 6,
};

struct PngLayout {
  PngColour colour;
  int depth;  // bits of one sample

  // Nothing if the format does not have the combination.
  static std::optional<PngLayout> Create(int depth, int colour);

  int Channels() const;
  int PixelBits() const { return Channels() * depth; }
  size_t RowBytes(int pixels) const { return (size_t{1} * pixels * PixelBits() + 7) / 8; }
};

class PngPixels {
 public:
  // `palette` holds RGB triples; of a missing entry i Pillow makes the grey (i, i, i).
  // REQUIRES: palette has at most 256 whole triples.
  PngPixels(const PngLayout& layout, std::span<const uint8_t> palette);

  // Writes pixels [first, first + count) of `row` to `rgb`, `step` bytes from one to the next.
  void ToRgb(const uint8_t* row, int first, int count, uint8_t* rgb, size_t step) const;

  // What Pillow shows where the file holds no pixels.
  std::array<uint8_t, 3> Blank() const { return colours_[0]; }

 private:
  void LookUp(const uint8_t* row, int first, int count, uint8_t* rgb, size_t step) const;
  void ClipGrey16(const uint8_t* row, int count, uint8_t* rgb, size_t step) const;
  void Pick(const uint8_t* row, int count, uint8_t* rgb, size_t step) const;

  PngLayout layout_;
  std::array<std::array<uint8_t, 3>, 256> colours_ = {};  // of grey up to 8 bits and of palettes
};

}  // namespace tensorfs

#endif  // TENSORFS_CODEC_PNG_PIXELS_H_
