// SPDX-License-Identifier: MIT
// What is known of a sample from its header and size alone, and what its costs in every form are
// predicted from. Plain values.
#ifndef TENSORFS_POLICY_SAMPLE_FEATURES_H_
#define TENSORFS_POLICY_SAMPLE_FEATURES_H_

#include <cstdint>

#include "codec/image_header.h"

namespace tensorfs {

// Sources that decoders treat alike.
enum class SourceKind : uint8_t {
  kJpeg,
  kGreyJpeg,
  kMultiScanJpeg,  // progressive, or several scans
  kPng,
  kNarrowPng,  // one channel: grey or palette
  kInterlacedPng,
};
inline constexpr int kSourceKinds = 6;

struct SampleFeatures {
  SourceKind kind = SourceKind::kJpeg;
  int32_t width = 0;
  int32_t height = 0;
  uint64_t source_bytes = 0;

  bool operator==(const SampleFeatures&) const = default;
};

inline SourceKind SourceKindOf(const ImageHeader& header) {
  if (header.format == ImageFormat::kJpeg) {
    if (header.multi_scan) return SourceKind::kMultiScanJpeg;
    return header.components == 1 ? SourceKind::kGreyJpeg : SourceKind::kJpeg;
  }
  if (header.multi_scan) return SourceKind::kInterlacedPng;
  return header.components == 1 ? SourceKind::kNarrowPng : SourceKind::kPng;
}

inline SampleFeatures FeaturesOf(const ImageHeader& header, uint64_t source_bytes) {
  return {.kind = SourceKindOf(header),
          .width = header.size.width,
          .height = header.size.height,
          .source_bytes = source_bytes};
}

inline bool IsJpeg(SourceKind kind) { return kind <= SourceKind::kMultiScanJpeg; }

}  // namespace tensorfs

#endif  // TENSORFS_POLICY_SAMPLE_FEATURES_H_
