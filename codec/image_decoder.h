// SPDX-License-Identifier: MIT
// Decoding as Pillow's Image.open(file).convert("RGB") does it, bit for bit, but only a window of
// the pixels. Stateless; thread-safe.
#ifndef TENSORFS_CODEC_IMAGE_DECODER_H_
#define TENSORFS_CODEC_IMAGE_DECODER_H_

#include <cstddef>
#include <cstdint>
#include <span>

#include "codec/image.h"
#include "codec/image_header.h"
#include "codec/result.h"

namespace tensorfs {

// Returns the RGB pixels of `window`. Whatever Pillow refuses in the whole file is an error here
// too, also where it lies outside the window.
// REQUIRES: `header` was read from `file`; `window` is not empty and inside the image.
// Errors: kTruncated, kCorrupt, kUnsupported, kTooLarge.
Result<Image> DecodeImage(std::span<const uint8_t> file, const ImageHeader& header,
                          const Rect& window);

// Upper bound of the bytes that DecodeImage allocates, its result included, `file` not.
size_t DecodeMemoryBytes(const ImageHeader& header, const Rect& window);

}  // namespace tensorfs

#endif  // TENSORFS_CODEC_IMAGE_DECODER_H_
