// SPDX-License-Identifier: MIT
#include "codec/png_pixels.h"

#include <cstring>

namespace tensorfs {

std::optional<PngLayout> PngLayout::Create(int depth, int colour) {
  const auto known = static_cast<PngColour>(colour);
  switch (known) {
    case PngColour::kGrey:
      if (depth == 16) return PngLayout{known, depth};
      [[fallthrough]];
    case PngColour::kPalette:
      if (depth != 1 && depth != 2 && depth != 4 && depth != 8) return std::nullopt;
      return PngLayout{known, depth};
    case PngColour::kRgb:
    case PngColour::kGreyAlpha:
    case PngColour::kRgba:
      if (depth != 8 && depth != 16) return std::nullopt;
      return PngLayout{known, depth};
  }
  return std::nullopt;
}

int PngLayout::Channels() const {
  switch (colour) {
    case PngColour::kGreyAlpha:
      return 2;
    case PngColour::kRgb:
      return 3;
    case PngColour::kRgba:
      return 4;
    default:
      return 1;
  }
}

PngPixels::PngPixels(const PngLayout& layout, std::span<const uint8_t> palette) : layout_(layout) {
  if (layout.Channels() != 1 || layout.depth > 8) return;
  const int greatest = (1 << layout.depth) - 1;
  const bool grey = layout.colour == PngColour::kGrey;
  for (int i = 0; i < 256; ++i) {
    colours_[i].fill(static_cast<uint8_t>(grey ? i * 255 / greatest : i));
  }
  if (grey) return;
  for (size_t i = 0; i < palette.size() / 3; ++i) {
    colours_[i] = {palette[3 * i], palette[3 * i + 1], palette[3 * i + 2]};
  }
}

void PngPixels::ToRgb(const uint8_t* row, int first, int count, uint8_t* rgb, size_t step) const {
  if (layout_.Channels() == 1 && layout_.depth <= 8) {
    LookUp(row, first, count, rgb, step);
    return;
  }
  row += size_t{1} * first * layout_.PixelBits() / 8;
  if (layout_.colour == PngColour::kGrey) {
    ClipGrey16(row, count, rgb, step);
  } else if (layout_.PixelBits() == 24 && step == 3) {
    std::memcpy(rgb, row, size_t{3} * count);
  } else {
    Pick(row, count, rgb, step);
  }
}

void PngPixels::LookUp(const uint8_t* row, int first, int count, uint8_t* rgb, size_t step) const {
  const int depth = layout_.depth;
  const int mask = (1 << depth) - 1;
  for (int i = first; i < first + count; ++i, rgb += step) {
    const size_t bit = size_t{1} * i * depth;
    const int sample = row[bit / 8] >> (8 - depth - bit % 8) & mask;
    std::memcpy(rgb, colours_[sample].data(), 3);
  }
}

// Pillow keeps 16-bit grey as integers and clips them: all but the darkest 255 are white.
void PngPixels::ClipGrey16(const uint8_t* row, int count, uint8_t* rgb, size_t step) const {
  for (int i = 0; i < count; ++i, row += 2, rgb += step) {
    std::memset(rgb, row[0] != 0 ? 255 : row[1], 3);
  }
}

// Takes the first (of 16 bits: the high) byte of each colour sample; alpha is dropped.
void PngPixels::Pick(const uint8_t* row, int count, uint8_t* rgb, size_t step) const {
  const int sample_bytes = layout_.depth / 8;
  const int pixel_bytes = layout_.Channels() * sample_bytes;
  const int to_next = layout_.colour == PngColour::kGreyAlpha ? 0 : sample_bytes;
  for (int i = 0; i < count; ++i, row += pixel_bytes, rgb += step) {
    rgb[0] = row[0];
    rgb[1] = row[to_next];
    rgb[2] = row[2 * to_next];
  }
}

}  // namespace tensorfs
