// SPDX-License-Identifier: MIT
#include "codec/image_decoder.h"

#include "codec/jpeg_decoder.h"
#include "codec/png_decoder.h"

namespace tensorfs {

Result<Image> DecodeImage(std::span<const uint8_t> file, const ImageHeader& header,
                          const Rect& window) {
  return header.format == ImageFormat::kJpeg ? DecodeJpeg(file, header, window)
                                             : DecodePng(file, header, window);
}

size_t DecodeMemoryBytes(const ImageHeader& header, const Rect& window) {
  return header.format == ImageFormat::kJpeg ? JpegMemoryBytes(header, window)
                                             : PngMemoryBytes(header, window);
}

}  // namespace tensorfs
