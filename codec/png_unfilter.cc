// SPDX-License-Identifier: MIT
#include "codec/png_unfilter.h"

#include <cstring>

namespace tensorfs {
namespace {

// One pixel: its bytes in 16-bit lanes, so that differences fit. A byte depends on the pixel to its
// left, so no more than one pixel can be done at a time; for 128 bits the compiler's own vectors,
// which every processor of a 64-bit kind has, do as well as those chosen at run time.
using Bytes8 = uint8_t __attribute__((vector_size(8)));
using Pixel = int16_t __attribute__((vector_size(16)));

Pixel Load(const uint8_t* bytes) {
  Bytes8 all;
  std::memcpy(&all, bytes, sizeof(all));
  return __builtin_convertvector(all, Pixel);
}

template <int kBytes>
void Store(Pixel pixel, uint8_t* bytes) {
  const Bytes8 all = __builtin_convertvector(pixel, Bytes8);
  std::memcpy(bytes, &all, kBytes);
}

Pixel Abs(Pixel pixel) { return pixel < 0 ? -pixel : pixel; }
Pixel Min(Pixel a, Pixel b) { return a < b ? a : b; }

void AddAbove(uint8_t* row, const uint8_t* above, size_t row_bytes) {
  for (size_t i = 0; i < row_bytes; ++i) row[i] = static_cast<uint8_t>(row[i] + above[i]);
}

template <int kBytes>
void AddLeft(uint8_t* row, size_t row_bytes) {
  Pixel left = {};
  for (size_t i = 0; i < row_bytes; i += kBytes) {
    left = (Load(row + i) + left) & 255;
    Store<kBytes>(left, row + i);
  }
}

template <int kBytes>
void AddAverage(uint8_t* row, const uint8_t* above, size_t row_bytes) {
  Pixel left = {};
  for (size_t i = 0; i < row_bytes; i += kBytes) {
    const Pixel average = (left + Load(above + i)) >> 1;
    left = (Load(row + i) + average) & 255;
    Store<kBytes>(left, row + i);
  }
}

// The prediction is whichever of left, above and corner (above left) is nearest to left + above -
// corner; of equals the first.
template <int kBytes>
void AddPaeth(uint8_t* row, const uint8_t* above_row, size_t row_bytes) {
  Pixel left = {};
  Pixel corner = {};
  for (size_t i = 0; i < row_bytes; i += kBytes) {
    const Pixel above = Load(above_row + i);
    const Pixel rise = above - corner;
    const Pixel run = left - corner;
    const Pixel from_left = Abs(rise);
    const Pixel from_above = Abs(run);
    const Pixel least = Min(Min(from_left, from_above), Abs(rise + run));
    const Pixel above_or_corner = from_above == least ? above : corner;
    const Pixel prediction = from_left == least ? left : above_or_corner;
    left = (Load(row + i) + prediction) & 255;
    corner = above;
    Store<kBytes>(left, row + i);
  }
}

template <int kBytes>
void Undo(int filter, uint8_t* row, const uint8_t* above, size_t row_bytes) {
  switch (filter) {
    case 1:
      return AddLeft<kBytes>(row, row_bytes);
    case 2:
      return AddAbove(row, above, row_bytes);
    case 3:
      return AddAverage<kBytes>(row, above, row_bytes);
    case 4:
      return AddPaeth<kBytes>(row, above, row_bytes);
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
