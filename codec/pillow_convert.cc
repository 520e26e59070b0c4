// SPDX-License-Identifier: MIT
#include "codec/pillow_convert.h"

namespace tensorfs {
namespace {

// round(a * b / 255) for bytes, in the integer form that Pillow uses.
int MultiplyAsFractions(int a, int b) {
  const int product = a * b + 128;
  return ((product >> 8) + product) >> 8;
}

}  // namespace

void InvertedCmykToRgb(const uint8_t* inverted, size_t pixels, uint8_t* rgb) {
  for (size_t i = 0; i < pixels; ++i, inverted += 4, rgb += 3) {
    const int light = inverted[3];
    for (int channel = 0; channel < 3; ++channel) {
      const int ink = 255 - inverted[channel];
      rgb[channel] = static_cast<uint8_t>(light - MultiplyAsFractions(ink, light));
    }
  }
}

}  // namespace tensorfs
