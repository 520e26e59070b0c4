// SPDX-License-Identifier: MIT
// Cuts a JPEG down to what some of its pixels need, without loss: the same quantised coefficients
// in fewer bytes, which also take less time to decode. Stateless; thread-safe.
#ifndef TENSORFS_CODEC_JPEG_CROP_H_
#define TENSORFS_CODEC_JPEG_CROP_H_

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "codec/image.h"
#include "codec/image_header.h"
#include "codec/result.h"

namespace tensorfs {

struct JpegCrop {
  // A JPEG in one sequential scan with Huffman tables of its own and without metadata.
  std::vector<uint8_t> bytes;
  // The rectangle of source pixels that it shows, which is larger than the one asked for. Only in
  // that one they are exact: blocks that it does not need hold their mean alone.
  Rect window;
};

// The part of the JPEG whose pixels in `window` are, by DecodeImage, those of the whole file. If
// there is one, DecodeImage accepts the whole file too.
// REQUIRES: header was read from `file`; `window` is not empty and inside the image.
// Errors: kUnsupported if the file is no JPEG, is damaged in a way that decoders put up with, or
// would not become smaller; otherwise those of DecodeImage.
Result<JpegCrop> CropJpeg(std::span<const uint8_t> file, const ImageHeader& header,
                          const Rect& window);

// Upper bound of the bytes that CropJpeg allocates, its result included, `file` not.
size_t JpegCropMemoryBytes(const ImageHeader& header, size_t file_bytes);

}  // namespace tensorfs

#endif  // TENSORFS_CODEC_JPEG_CROP_H_
