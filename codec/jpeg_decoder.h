// SPDX-License-Identifier: MIT
// A window of a JPEG's pixels by libjpeg-turbo: the entropy-coded data is read as far as the window
// needs, everything after that only for its own columns. Stateless; thread-safe.
#ifndef TENSORFS_CODEC_JPEG_DECODER_H_
#define TENSORFS_CODEC_JPEG_DECODER_H_

#include <cstddef>
#include <cstdint>
#include <span>

#include "codec/image.h"
#include "codec/image_header.h"
#include "codec/result.h"

namespace tensorfs {

// As DecodeImage and DecodeMemoryBytes. REQUIRES: header.format is kJpeg.
Result<Image> DecodeJpeg(std::span<const uint8_t> file, const ImageHeader& header,
                         const Rect& window);
size_t JpegMemoryBytes(const ImageHeader& header, const Rect& window);

}  // namespace tensorfs

#endif  // TENSORFS_CODEC_JPEG_DECODER_H_
