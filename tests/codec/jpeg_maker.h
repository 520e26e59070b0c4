// SPDX-License-Identifier: MIT
// Makes JPEGs of every kind that libjpeg can write, for tests. Stateless; thread-safe.
#ifndef TENSORFS_TESTS_CODEC_JPEG_MAKER_H_
#define TENSORFS_TESTS_CODEC_JPEG_MAKER_H_

#include <cstdint>
#include <span>
#include <vector>

#include "codec/image.h"

namespace tensorfs {

struct JpegKind {
  // How the pixels are stored. kYcc is given RGB, kYcck is given CMYK.
  enum Colours : uint8_t { kGrey, kRgb, kYcc, kCmyk, kYcck } colours = kYcc;
  bool progressive = false;
  bool arithmetic = false;
  bool separate_scans = false;    // one for each component
  uint16_t restart_rows = 0;      // MCU rows between restart markers, 0 for none
  std::vector<uint8_t> sampling;  // horizontal and vertical factor of each component in turn
};

int ChannelsOf(JpegKind::Colours colours);

// `pixels` are interleaved bytes, as many channels as the colours need. Empty if libjpeg refuses.
std::vector<uint8_t> MakeJpeg(const JpegKind& kind, ImageSize size, int quality,
                              std::span<const uint8_t> pixels);

}  // namespace tensorfs

#endif  // TENSORFS_TESTS_CODEC_JPEG_MAKER_H_
