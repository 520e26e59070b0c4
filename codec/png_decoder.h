// SPDX-License-Identifier: MIT
// A window of a PNG's pixels: all of its data is inflated, as a fault in any of it counts, but only
// the window is converted. By zlib and not by libpng because what Pillow accepts follows from how
// it calls zlib, block by block and row by row. Stateless; thread-safe.
#ifndef TENSORFS_CODEC_PNG_DECODER_H_
#define TENSORFS_CODEC_PNG_DECODER_H_

#include <cstddef>
#include <cstdint>
#include <span>

#include "codec/image.h"
#include "codec/image_header.h"
#include "codec/result.h"

namespace tensorfs {

// REQUIRES: `prefix` starts with the PNG signature. Errors: those of ReadImageHeader.
Result<ImageHeader> ReadPngHeader(std::span<const uint8_t> prefix);

// As DecodeImage and DecodeMemoryBytes. REQUIRES: header.format is kPng.
Result<Image> DecodePng(std::span<const uint8_t> file, const ImageHeader& header,
                        const Rect& window);
size_t PngMemoryBytes(const ImageHeader& header, const Rect& window);

}  // namespace tensorfs

#endif  // TENSORFS_CODEC_PNG_DECODER_H_
