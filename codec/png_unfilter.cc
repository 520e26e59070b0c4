// SPDX-License-Identifier: MIT
#include "codec/png_unfilter.h"

#include <cstdlib>

namespace tensorfs {
namespace {

void AddAbove(uint8_t* row, const uint8_t* above, size_t row_bytes) {
  for (size_t i = 0; i < row_bytes; ++i) row[i] = static_cast<uint8_t>(row[i] + above[i]);
}

// Whichever of left, above and corner is nearest to left + above - corner; of equals the first.
inline int Paeth(int left, int above, int corner) {
  const int from_left = std::abs(above - corner);
  const int from_above = std::abs(left - corner);
  const int from_corner = std::abs(left + above - 2 * corner);
  const int nearest = from_above <= from_corner ? above : corner;
  return from_left <= from_above && from_left <= from_corner ? left : nearest;
}

// The loops run over pixels so that the compiler keeps the left and corner pixels in registers.
template <int kPixelBytes>
void AddLeft(uint8_t* row, size_t row_bytes) {
  uint8_t left[kPixelBytes] = {};
  for (size_t i = 0; i + kPixelBytes <= row_bytes; i += kPixelBytes) {
    for (int k = 0; k < kPixelBytes; ++k) {
      row[i + k] = left[k] = static_cast<uint8_t>(row[i + k] + left[k]);
    }
  }
}

template <int kPixelBytes>
void AddAverage(uint8_t* row, const uint8_t* above, size_t row_bytes) {
  uint8_t left[kPixelBytes] = {};
  for (size_t i = 0; i + kPixelBytes <= row_bytes; i += kPixelBytes) {
    for (int k = 0; k < kPixelBytes; ++k) {
      row[i + k] = left[k] = static_cast<uint8_t>(row[i + k] + (left[k] + above[i + k]) / 2);
    }
  }
}

template <int kPixelBytes>
void AddPaeth(uint8_t* row, const uint8_t* above, size_t row_bytes) {
  uint8_t left[kPixelBytes] = {};
  uint8_t corner[kPixelBytes] = {};
  for (size_t i = 0; i + kPixelBytes <= row_bytes; i += kPixelBytes) {
    for (int k = 0; k < kPixelBytes; ++k) {
      const int prediction = Paeth(left[k], above[i + k], corner[k]);
      corner[k] = above[i + k];
      row[i + k] = left[k] = static_cast<uint8_t>(row[i + k] + prediction);
    }
  }
}

template <int kPixelBytes>
void Undo(int filter, uint8_t* row, const uint8_t* above, size_t row_bytes) {
  switch (filter) {
    case 1:
      return AddLeft<kPixelBytes>(row, row_bytes);
    case 2:
      return AddAbove(row, above, row_bytes);
    case 3:
      return AddAverage<kPixelBytes>(row, above, row_bytes);
    case 4:
      return AddPaeth<kPixelBytes>(row, above, row_bytes);
    default:
      return;
  }
}

}  // namespace

void UndoPngFilter(int filter, int pixel_bytes, uint8_t* row, const uint8_t* above,
                   size_t row_bytes) {
  switch (pixel_bytes) {
    case 1:
      return Undo<1>(filter, row, above, row_bytes);
    case 2:
      return Undo<2>(filter, row, above, row_bytes);
    case 3:
      return Undo<3>(filter, row, above, row_bytes);
    case 4:
      return Undo<4>(filter, row, above, row_bytes);
    case 6:
      return Undo<6>(filter, row, above, row_bytes);
    default:
      return Undo<8>(filter, row, above, row_bytes);
  }
}

}  // namespace tensorfs
