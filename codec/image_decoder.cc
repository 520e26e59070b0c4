// SPDX-License-Identifier: MIT
#include "codec/image_decoder.h"

#include "codec/jpeg_decoder.h"

namespace tensorfs {

Result<Image> DecodeImage(std::span<const uint8_t> file, const ImageHeader& header,
                          const Rect& window) {
  return DecodeJpeg(file, header, window);
}

size_t DecodeMemoryBytes(const ImageHeader& header, const Rect& window) {
  return JpegMemoryBytes(header, window);
}

}  // namespace tensorfs
