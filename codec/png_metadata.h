// SPDX-License-Identifier: MIT
// What Pillow remembers of a PNG's chunks, image data apart, and finds wrong with them. A view of
// the caller's bytes, which must outlive it; not thread-safe.
#ifndef TENSORFS_CODEC_PNG_METADATA_H_
#define TENSORFS_CODEC_PNG_METADATA_H_

#include <cstdint>
#include <optional>
#include <span>

#include "codec/image.h"
#include "codec/png_pixels.h"
#include "codec/png_text.h"
#include "codec/result.h"

namespace tensorfs {

constexpr uint32_t PngChunkType(const char (&name)[5]) {
  uint32_t type = 0;
  for (int i = 0; i < 4; ++i) type = type << 8 | static_cast<uint8_t>(name[i]);
  return type;
}

class PngMetadata {
 public:
  // Takes any chunk but IDAT, fdAT and IEND, in the file's order. Unknown ones are passed over.
  // Errors: kCorrupt, kUnsupported, kTooLarge.
  Result<void> Handle(uint32_t type, std::span<const uint8_t> payload);
  // Takes the sequence number that starts an fdAT chunk. Errors: kCorrupt.
  Result<void> HandleFrameData(uint32_t sequence);
  // To be called once, at the first image data. Errors: kCorrupt, kUnsupported, kTooLarge.
  Result<void> BeginData();
  // To be called when all chunks were handled: whether converting to RGB works. Errors: kCorrupt.
  Result<void> CheckConversion() const;

  // Of these, size() and layout() are known once a header was handled, the rest after BeginData().
  ImageSize size() const { return size_; }
  const std::optional<PngLayout>& layout() const { return layout_; }
  bool interlaced() const { return interlaced_; }
  std::span<const uint8_t> palette() const { return palette_.value_or(std::span<const uint8_t>()); }
  // What the image data covers: everything, or the first frame of an animation.
  const Rect& frame() const { return frame_; }
  bool animated() const { return animated_; }

 private:
  // Pillow keeps text chunks in the same dictionary as what it learns from others, so a chunk with
  // a keyword such as "bbox" overwrites that.
  enum class FrameRect : uint8_t { kNone, kGiven, kText };
  enum class Transparency : uint8_t { kNone, kColour, kEntry, kEntries, kText };

  Result<void> HandleHeader(std::span<const uint8_t> payload);
  void HandlePalette(std::span<const uint8_t> payload);
  Result<void> HandleTransparency(std::span<const uint8_t> payload);
  Result<void> HandleText(const Result<std::optional<PngText>>& text);
  Result<void> HandleAnimation(std::span<const uint8_t> payload);
  Result<void> HandleFrame(std::span<const uint8_t> payload);
  Result<void> CheckPicture() const;
  void SetByText(const PngText& text);

  ImageSize size_;
  std::optional<PngLayout> layout_;
  bool interlaced_ = false;
  std::optional<std::span<const uint8_t>> palette_;
  Transparency transparency_ = Transparency::kNone;
  size_t text_bytes_ = 0;

  FrameRect frame_rect_ = FrameRect::kNone;
  Rect frame_;
  std::optional<uint32_t> frame_count_;
  std::optional<uint32_t> sequence_;
  bool default_image_ = false;
  bool animated_ = false;
  bool data_begun_ = false;
};

}  // namespace tensorfs

#endif  // TENSORFS_CODEC_PNG_METADATA_H_
