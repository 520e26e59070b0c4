// SPDX-License-Identifier: MIT
// The markers of a JPEG up to its first scan, read and judged as Pillow does when it opens the
// file, before libjpeg sees it. Stateless; thread-safe.
#ifndef TENSORFS_CODEC_JPEG_HEADER_H_
#define TENSORFS_CODEC_JPEG_HEADER_H_

#include <cstdint>
#include <span>

#include "codec/image_header.h"
#include "codec/result.h"

namespace tensorfs {

// REQUIRES: `prefix` starts with FF D8 FF. Errors: those of ReadImageHeader.
Result<ImageHeader> ReadJpegHeader(std::span<const uint8_t> prefix);

}  // namespace tensorfs

#endif  // TENSORFS_CODEC_JPEG_HEADER_H_
