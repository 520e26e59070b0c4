// SPDX-License-Identifier: MIT
#include "codec/png_metadata.h"

#include <algorithm>
#include <limits>

#include "codec/byte_order.h"
#include "codec/image_header.h"

namespace tensorfs {
namespace {

using Bytes = std::span<const uint8_t>;

constexpr size_t kMaxTextBytes = 64 << 20;

tl::unexpected<Error> CutShort(const char* chunk) {
  return Fail(ErrorCode::kCorrupt, std::string("PNG: the ") + chunk + " chunk is cut short");
}

Result<void> CheckLength(Bytes payload, size_t least, const char* chunk) {
  if (payload.size() < least) return CutShort(chunk);
  return {};
}

tl::unexpected<Error> OutOfSequence() {
  return Fail(ErrorCode::kCorrupt, "PNG: frames of the animation are out of sequence");
}

// Whether Pillow takes the alpha values for "one entry is transparent, the others are opaque". It
// does so by a regular expression whose end also matches before a last line feed.
bool HidesOneEntry(Bytes alpha) {
  if (!alpha.empty() && alpha.back() == '\n') alpha = alpha.first(alpha.size() - 1);
  const auto opaque = std::count(alpha.begin(), alpha.end(), 255);
  const auto transparent = std::count(alpha.begin(), alpha.end(), 0);
  return transparent == 1 && opaque + 1 == static_cast<int64_t>(alpha.size());
}

}  // namespace

Result<void> PngMetadata::Handle(uint32_t type, Bytes payload) {
  switch (type) {
    case PngChunkType("IHDR"):
      return HandleHeader(payload);
    case PngChunkType("PLTE"):
      HandlePalette(payload);
      return {};
    case PngChunkType("tRNS"):
      return HandleTransparency(payload);
    case PngChunkType("iCCP"):
      return CheckPngColourProfile(payload);
    case PngChunkType("gAMA"):
      return CheckLength(payload, 4, "gAMA");
    case PngChunkType("cHRM"):
      if (payload.size() % 4 != 0) return CutShort("cHRM");
      return {};
    case PngChunkType("sRGB"):
      return CheckLength(payload, 1, "sRGB");
    case PngChunkType("pHYs"):
      return CheckLength(payload, 9, "pHYs");
    case PngChunkType("tEXt"):
      return HandleText(ReadPngText(payload));
    case PngChunkType("zTXt"):
      return HandleText(ReadPngCompressedText(payload));
    case PngChunkType("iTXt"):
      return HandleText(ReadPngInternationalText(payload));
    case PngChunkType("acTL"):
      return HandleAnimation(payload);
    case PngChunkType("fcTL"):
      return HandleFrame(payload);
    default:
      return {};
  }
}

// Width and height (4 bytes each), depth, colour type, compression, filter, interlace.
Result<void> PngMetadata::HandleHeader(Bytes payload) {
  if (payload.size() < 13) return CutShort("IHDR");
  if (payload[11] != 0) return Fail(ErrorCode::kCorrupt, "PNG: unknown filter method");
  if (data_begun_) return {};
  // Of several the last holds, which is simple as long as nothing was understood by an earlier one.
  if (palette_ || transparency_ != Transparency::kNone || frame_rect_ != FrameRect::kNone) {
    return Fail(ErrorCode::kUnsupported,
                "PNG: a second IHDR chunk after what depends on the first");
  }
  const uint32_t width = ReadBig32(&payload[0]), height = ReadBig32(&payload[4]);
  if (std::max(width, height) > kMaxPixels) {
    return Fail(ErrorCode::kTooLarge, "PNG: more pixels than Pillow accepts");
  }
  size_ = {static_cast<int>(width), static_cast<int>(height)};
  if (const auto layout = PngLayout::Create(payload[8], payload[9])) layout_ = layout;
  if (!layout_) return Fail(ErrorCode::kUnsupported, "PNG: unknown colour type or bit depth");
  if (payload[12] != 0) interlaced_ = true;
  return {};
}

void PngMetadata::HandlePalette(Bytes payload) {
  if (layout_ && layout_->colour == PngColour::kPalette && !data_begun_) palette_ = payload;
}

Result<void> PngMetadata::HandleTransparency(Bytes payload) {
  if (!layout_) return {};
  switch (layout_->colour) {
    case PngColour::kPalette:
      transparency_ = HidesOneEntry(payload) ? Transparency::kEntry : Transparency::kEntries;
      return {};
    case PngColour::kGrey:
      transparency_ = Transparency::kColour;
      return CheckLength(payload, 2, "tRNS");
    case PngColour::kRgb:
      // Pillow reads a colour only of 8 or 16 bits for RGB, which is every depth there is.
      transparency_ = Transparency::kColour;
      return CheckLength(payload, 6, "tRNS");
    default:
      return {};
  }
}

Result<void> PngMetadata::HandleText(const Result<std::optional<PngText>>& text) {
  if (!text) return tl::unexpected(text.error());
  if (!*text) return {};
  SetByText(**text);
  text_bytes_ += (*text)->value_bytes;
  if (text_bytes_ > kMaxTextBytes) {
    return Fail(ErrorCode::kTooLarge, "PNG: more than 64 MiB of text");
  }
  return {};
}

void PngMetadata::SetByText(const PngText& text) {
  if (text.keyword == "transparency") transparency_ = Transparency::kText;
  if (text.keyword == "bbox") frame_rect_ = FrameRect::kText;
  if (text.keyword == "interlace") interlaced_ = text.value_bytes > 0;
  if (text.keyword == "default_image") default_image_ = text.value_bytes > 0;
}

// Number of frames, number of plays.
Result<void> PngMetadata::HandleAnimation(Bytes payload) {
  if (payload.size() < 8) return CutShort("acTL");
  if (frame_count_) {
    frame_count_.reset();  // Pillow takes the file for no animation then
    return {};
  }
  const uint32_t count = ReadBig32(payload.data());
  if (count != 0 && count <= 0x80000000) frame_count_ = count;
  return {};
}

// Sequence number, width, height, left, top (4 bytes each), then how long and how to blend.
Result<void> PngMetadata::HandleFrame(Bytes payload) {
  if (payload.size() < 26) return CutShort("fcTL");
  const uint32_t sequence = ReadBig32(&payload[0]);
  if (sequence != (sequence_ ? *sequence_ + uint64_t{1} : 0)) return OutOfSequence();
  sequence_ = sequence;
  const int64_t width = ReadBig32(&payload[4]), height = ReadBig32(&payload[8]);
  const int64_t left = ReadBig32(&payload[12]), top = ReadBig32(&payload[16]);
  if (left + width > size_.width || top + height > size_.height) {
    return Fail(ErrorCode::kCorrupt, "PNG: a frame of the animation is larger than the picture");
  }
  if (data_begun_) return {};
  frame_rect_ = FrameRect::kGiven;
  frame_ = {static_cast<int>(left), static_cast<int>(top), static_cast<int>(left + width),
            static_cast<int>(top + height)};
  return {};
}

Result<void> PngMetadata::HandleFrameData(uint32_t sequence) {
  if (!sequence_ || sequence != *sequence_ + uint64_t{1}) return OutOfSequence();
  sequence_ = sequence;
  return {};
}

Result<void> PngMetadata::BeginData() {
  data_begun_ = true;
  if (frame_rect_ == FrameRect::kText) {
    return Fail(ErrorCode::kCorrupt, "PNG: a text chunk named bbox, which Pillow trips over");
  }
  if (frame_rect_ == FrameRect::kNone && frame_count_) default_image_ = true;
  animated_ = frame_count_ && (*frame_count_ > 1 || default_image_);
  // Pillow takes a frame from column 0 to column 0 for the whole picture.
  const bool whole = frame_rect_ == FrameRect::kNone || (frame_.left == 0 && frame_.right == 0);
  if (whole) frame_ = Rect::Whole(size_);
  return CheckPicture();
}

Result<void> PngMetadata::CheckPicture() const {
  if (size_.width == 0 || size_.height == 0) {
    return Fail(ErrorCode::kUnsupported, "PNG: the IHDR chunk gives no size");
  }
  if (int64_t{size_.width} * size_.height > kMaxPixels ||
      frame_.width() > std::numeric_limits<int>::max() / layout_->PixelBits() - 7) {
    return Fail(ErrorCode::kTooLarge, "PNG: more pixels than Pillow accepts");
  }
  if (frame_.empty() || frame_.right > size_.width || frame_.bottom > size_.height) {
    return Fail(ErrorCode::kCorrupt, "PNG: the first frame of the animation is empty");
  }
  constexpr size_t kMaxEntries = 256;
  if (palette().size() / 3 > kMaxEntries) {
    return Fail(ErrorCode::kCorrupt, "PNG: a palette of more than 256 colours");
  }
  return {};
}

Result<void> PngMetadata::CheckConversion() const {
  const bool one_byte_grey =
      layout_->colour == PngColour::kGrey && layout_->depth > 1 && layout_->depth <= 8;
  const bool indexed = layout_->colour == PngColour::kPalette;
  if (transparency_ == Transparency::kText && (one_byte_grey || indexed)) {
    return Fail(ErrorCode::kCorrupt,
                "PNG: a text chunk named transparency, which Pillow trips over");
  }
  if (transparency_ == Transparency::kEntry && indexed && !palette_) {
    return Fail(ErrorCode::kCorrupt, "PNG: a transparent palette entry without a palette");
  }
  return {};
}

}  // namespace tensorfs
