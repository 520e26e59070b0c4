// SPDX-License-Identifier: MIT
// The application segments of a JPEG that Pillow looks into when it opens one. They change no
// pixel, but some malformed ones make Pillow refuse the file, and so do we. A view of the caller's
// bytes, which must outlive it; not thread-safe.
#ifndef TENSORFS_CODEC_JPEG_METADATA_H_
#define TENSORFS_CODEC_JPEG_METADATA_H_

#include <cstdint>
#include <optional>
#include <span>

#include "codec/result.h"

namespace tensorfs {

class JpegMetadata {
 public:
  // Takes the payload of segment APPn, in the file's order. Errors: kCorrupt.
  Result<void> AddSegment(int n, std::span<const uint8_t> payload);
  // To be called at each frame header: Pillow puts the ICC profile together there. Errors:
  // kCorrupt.
  Result<void> CheckColourProfile();
  // To be called at the first scan: Pillow then looks for further pictures (MPO). Errors: kCorrupt.
  Result<void> CheckMultiPicture() const;

 private:
  Result<void> CheckExif();

  std::optional<std::span<const uint8_t>> exif_;
  std::optional<std::span<const uint8_t>> multi_picture_;
  std::optional<std::span<const uint8_t>> smallest_profile_part_;
  bool resolution_known_ = false;
};

}  // namespace tensorfs

#endif  // TENSORFS_CODEC_JPEG_METADATA_H_
