// SPDX-License-Identifier: MIT
#include "codec/jpeg_header.h"

#include <algorithm>
#include <cstring>
#include <optional>
#include <string>

#include "codec/byte_order.h"
#include "codec/jpeg_metadata.h"

namespace tensorfs {
namespace {

using Bytes = std::span<const uint8_t>;

// Second bytes of the markers that matter here.
constexpr int kSof0 = 0xC0, kSof2 = 0xC2, kSof10 = 0xCA, kSof15 = 0xCF;
constexpr int kDht = 0xC4, kJpg = 0xC8, kDac = 0xCC;
constexpr int kRst0 = 0xD0, kEoi = 0xD9, kSos = 0xDA, kDqt = 0xDB, kDhp = 0xDE;
constexpr int kApp0 = 0xE0, kApp15 = 0xEF, kJpg0 = 0xF0, kJpg13 = 0xFD;

bool IsFrameHeader(int marker) {
  if (marker == kDhp) return true;  // Pillow reads it like one
  return marker >= kSof0 && marker <= kSof15 && marker != kDht && marker != kJpg && marker != kDac;
}

bool HasNoPayload(int marker) {
  return marker == kJpg || (marker >= kRst0 && marker <= kEoi) ||
         (marker >= kJpg0 && marker <= kJpg13);
}

Result<void> CheckQuantisationTables(Bytes payload) {
  while (!payload.empty()) {
    const size_t table_bytes = payload[0] / 16 == 0 ? 1 + 64 : 1 + 2 * 64;
    if (payload.size() < table_bytes) {
      return Fail(ErrorCode::kCorrupt, "JPEG: a quantisation table is cut short");
    }
    payload = payload.subspan(table_bytes);
  }
  return {};
}

class MarkerReader {
 public:
  explicit MarkerReader(Bytes prefix) : rest_(prefix.subspan(3)) {}

  Result<ImageHeader> Read() {
    for (;;) {
      const Result<int> marker = NextMarker();
      if (!marker) return tl::unexpected(marker.error());
      if (HasNoPayload(*marker)) continue;
      const Result<Bytes> payload = NextPayload();
      if (!payload) return tl::unexpected(payload.error());
      if (*marker == kSos) return Finish(*payload);
      const Result<void> handled = Handle(*marker, *payload);
      if (!handled) return tl::unexpected(handled.error());
    }
  }

 private:
  static tl::unexpected<Error> Truncated() {
    return Fail(ErrorCode::kTruncated, "JPEG: the file ends before the first scan");
  }

  // Moves behind the next marker and returns its second byte. The FF that starts the very first
  // marker has been read already.
  Result<int> NextMarker() {
    for (;; behind_ff_ = false) {
      if (!behind_ff_ && !SkipPastFf()) return Truncated();
      while (!rest_.empty() && rest_[0] == 0xFF) rest_ = rest_.subspan(1);
      if (rest_.empty()) return Truncated();
      const int code = rest_[0];
      rest_ = rest_.subspan(1);
      if (code == 0) continue;
      if (code < kSof0) {
        return Fail(ErrorCode::kCorrupt, "JPEG: an unknown marker before the first scan");
      }
      behind_ff_ = false;
      return code;
    }
  }

  bool SkipPastFf() {
    if (rest_.empty()) return false;
    const void* found = std::memchr(rest_.data(), 0xFF, rest_.size());
    if (found == nullptr) return false;
    rest_ = rest_.subspan(static_cast<const uint8_t*>(found) - rest_.data() + 1);
    return true;
  }

  Result<Bytes> NextPayload() {
    if (rest_.size() < 2) return Truncated();
    const size_t segment_bytes = std::max<size_t>(ReadBig16(rest_.data()), 2);
    if (rest_.size() < segment_bytes) return Truncated();
    const Bytes payload = rest_.subspan(2, segment_bytes - 2);
    rest_ = rest_.subspan(segment_bytes);
    return payload;
  }

  Result<void> Handle(int marker, Bytes payload) {
    if (IsFrameHeader(marker)) return ReadFrameHeader(marker, payload);
    if (marker == kDqt) return CheckQuantisationTables(payload);
    if (marker >= kApp0 && marker <= kApp15) return metadata_.AddSegment(marker - kApp0, payload);
    return {};
  }

  // Payload: precision, height (2 bytes), width (2), number of components, 3 bytes for each.
  Result<void> ReadFrameHeader(int marker, Bytes payload) {
    if (payload.size() < 6 || (payload.size() - 6) % 3 != 0) {
      return Fail(ErrorCode::kCorrupt, "JPEG: the frame header is cut short");
    }
    const int bits = payload[0], components = payload[5];
    if (bits != 8) {
      return Fail(ErrorCode::kUnsupported, "JPEG: samples of " + std::to_string(bits) + " bits");
    }
    if (components != 1 && components != 3 && components != 4) {
      return Fail(ErrorCode::kUnsupported,
                  "JPEG: " + std::to_string(components) + " colour components");
    }
    header_ = ImageHeader{.format = ImageFormat::kJpeg,
                          .size = {ReadBig16(&payload[3]), ReadBig16(&payload[1])},
                          .components = components,
                          .multi_scan = marker == kSof2 || marker == kSof10};
    return metadata_.CheckColourProfile();
  }

  Result<ImageHeader> Finish(Bytes scan_header) {
    if (!header_) return Fail(ErrorCode::kCorrupt, "JPEG: a scan without a frame header");
    if (header_->size.width == 0 || header_->size.height == 0) {
      return Fail(ErrorCode::kUnsupported, "JPEG: the frame header gives no size");
    }
    if (int64_t{header_->size.width} * header_->size.height > kMaxPixels) {
      return Fail(ErrorCode::kTooLarge, "JPEG: more pixels than Pillow accepts");
    }
    const Result<void> checked = metadata_.CheckMultiPicture();
    if (!checked) return tl::unexpected(checked.error());
    if (!scan_header.empty() && scan_header[0] < header_->components) header_->multi_scan = true;
    return *header_;
  }

  Bytes rest_;
  bool behind_ff_ = true;
  std::optional<ImageHeader> header_;
  JpegMetadata metadata_;
};

}  // namespace

Result<ImageHeader> ReadJpegHeader(Bytes prefix) { return MarkerReader(prefix).Read(); }

}  // namespace tensorfs
