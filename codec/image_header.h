// SPDX-License-Identifier: MIT
// What the first bytes of a JPEG or PNG tell without decoding it. Stateless; thread-safe.
#ifndef TENSORFS_CODEC_IMAGE_HEADER_H_
#define TENSORFS_CODEC_IMAGE_HEADER_H_

#include <cstdint>
#include <span>

#include "codec/image.h"
#include "codec/result.h"

namespace tensorfs {

enum class ImageFormat { kJpeg, kPng };

struct ImageHeader {
  ImageFormat format;
  ImageSize size;
  int components;   // JPEG: colour components; PNG: channels of the stored pixels (palette: 1)
  bool multi_scan;  // JPEG: progressive, or several scans; PNG: interlaced
};

// Pillow refuses images above this many pixels (2 × PIL.Image.MAX_IMAGE_PIXELS), and so do we.
inline constexpr int64_t kMaxPixels = 178'956'970;

// Recognises the format by content, never by name. `prefix` is the file's first bytes.
// Errors: kTruncated if the header is not complete within `prefix` (call again with more, unless
// that was the whole file); kUnsupported if it is neither JPEG nor PNG or a kind Pillow refuses
// (12-bit JPEG, …); kCorrupt; kTooLarge above kMaxPixels.
Result<ImageHeader> ReadImageHeader(std::span<const uint8_t> prefix);

}  // namespace tensorfs

#endif  // TENSORFS_CODEC_IMAGE_HEADER_H_
