// SPDX-License-Identifier: MIT
#include "codec/jpeg_metadata.h"

#include <algorithm>
#include <string_view>

#include "codec/byte_order.h"
#include "codec/tiff_directory.h"

namespace tensorfs {
namespace {

using Bytes = std::span<const uint8_t>;
using namespace std::literals;

constexpr uint16_t kTagXResolution = 0x011A;
constexpr uint16_t kTagResolutionUnit = 0x0128;
constexpr uint16_t kTagNumberOfImages = 0xB001;
constexpr uint16_t kTagMpEntry = 0xB002;

bool StartsWith(Bytes bytes, std::string_view text) {
  return bytes.size() >= text.size() &&
         std::equal(text.begin(), text.end(), bytes.begin(),
                    [](char a, uint8_t b) { return static_cast<uint8_t>(a) == b; });
}

Result<void> CheckJfif(Bytes payload) {
  if (payload.size() < 7) return Fail(ErrorCode::kCorrupt, "JPEG: the JFIF segment is cut short");
  return {};
}

Result<void> CheckAdobe(Bytes payload) {
  if (payload.size() < 7) return Fail(ErrorCode::kCorrupt, "JPEG: the Adobe segment is cut short");
  return {};
}

// Image resources: "8BIM", code (2 bytes), name (length byte first, padded to an even end), size (4
// bytes), data padded likewise. Pillow stops quietly wherever an integer is cut, but not where the
// name's length byte is missing.
Result<void> CheckPhotoshop(Bytes payload) {
  size_t offset = 14;
  while (offset < payload.size() && StartsWith(payload.subspan(offset), "8BIM")) {
    offset += 4;
    if (payload.size() - offset < 2) break;
    const uint16_t code = ReadBig16(&payload[offset]);
    offset += 2;
    if (offset == payload.size()) {
      return Fail(ErrorCode::kCorrupt, "JPEG: a Photoshop resource is cut short");
    }
    offset += size_t{1} + payload[offset];
    offset += offset & 1;
    if (offset > payload.size() || payload.size() - offset < 4) break;
    const size_t size = ReadBig32(&payload[offset]);
    offset += 4;
    constexpr uint16_t kResolutionInfo = 0x03ED;
    if (code == kResolutionInfo && std::min(size, payload.size() - offset) < 14) break;
    offset += size;
    offset += offset & 1;
  }
  return {};
}

// Pillow divides the first two items of the value, which works for numbers but not for text and
// bytes of a single item.
bool IsUnusableResolution(const TiffEntry& entry) {
  Bytes data = entry.data;
  switch (entry.type) {
    case TiffType::kByte:
    case TiffType::kUndefined:
      return data.size() == 1;
    case TiffType::kAscii:
      if (data.back() == 0) data = data.first(data.size() - 1);
      return data.empty() || (data.size() == 1 && data[0] >= '0' && data[0] <= '9');
    default:
      return false;
  }
}

}  // namespace

Result<void> JpegMetadata::AddSegment(int n, Bytes payload) {
  Result<void> checked;
  if (n == 0 && StartsWith(payload, "JFIF"sv)) {
    checked = CheckJfif(payload);
    if (payload.size() >= 12 && payload[7] == 1) resolution_known_ = true;
  } else if (n == 1 && StartsWith(payload, "Exif\0"sv)) {
    if (!exif_) exif_ = payload;
  } else if (n == 2 && StartsWith(payload, "ICC_PROFILE\0"sv)) {
    if (!smallest_profile_part_ || std::lexicographical_compare(payload.begin(), payload.end(),
                                                                smallest_profile_part_->begin(),
                                                                smallest_profile_part_->end())) {
      smallest_profile_part_ = payload;
    }
  } else if (n == 2 && StartsWith(payload, "MPF\0"sv)) {
    multi_picture_ = payload.subspan(4);
  } else if (n == 13 && StartsWith(payload, "Photoshop 3.0\0"sv)) {
    checked = CheckPhotoshop(payload);
  } else if (n == 14 && StartsWith(payload, "Adobe"sv)) {
    checked = CheckAdobe(payload);
  }
  if (!checked) return checked;
  return exif_ && !resolution_known_ ? CheckExif() : checked;
}

Result<void> JpegMetadata::CheckExif() {
  resolution_known_ = true;
  const Bytes block = StartsWith(*exif_, "Exif\0\0"sv) ? exif_->subspan(6) : *exif_;
  const TiffDirectory directory(block);
  if (!directory.HasMark()) return {};
  if (!directory.HasOffset())
    return Fail(ErrorCode::kCorrupt, "JPEG: the Exif header is cut short");
  const auto resolution = directory.Find(kTagXResolution);
  if (resolution && directory.Find(kTagResolutionUnit) && IsUnusableResolution(*resolution)) {
    return Fail(ErrorCode::kCorrupt, "JPEG: the Exif resolution is cut short");
  }
  return {};
}

Result<void> JpegMetadata::CheckColourProfile() {
  constexpr size_t kPartHeaderBytes = 14;
  if (smallest_profile_part_ && smallest_profile_part_->size() < kPartHeaderBytes) {
    return Fail(ErrorCode::kCorrupt, "JPEG: an ICC profile segment is cut short");
  }
  smallest_profile_part_.reset();
  return {};
}

Result<void> JpegMetadata::CheckMultiPicture() const {
  if (!multi_picture_) return {};
  const TiffDirectory directory(*multi_picture_);
  if (!directory.HasMark() || !directory.HasOffset()) return {};
  const auto count_entry = directory.Find(kTagNumberOfImages);
  const auto list = directory.Find(kTagMpEntry);
  const auto count = count_entry ? directory.FirstInteger(*count_entry) : std::nullopt;
  if (!count || !list) return {};
  if (list->type != TiffType::kByte && list->type != TiffType::kUndefined) return {};

  // Pillow takes the list for big-endian after this mark only, unlike the directory itself.
  const bool big_endian = StartsWith(*multi_picture_, "MM\0\x2A"sv);
  constexpr size_t kItemBytes = 16;
  Bytes items = list->data;
  for (int64_t i = 0; i < *count; ++i, items = items.subspan(kItemBytes)) {
    if (items.size() < kItemBytes) {
      return Fail(ErrorCode::kCorrupt, "JPEG: the list of further pictures (MPO) is cut short");
    }
    const uint8_t format = items[big_endian ? 0 : 3] & 7;
    if (format != 0) return {};  // taken for a plain JPEG
  }
  return {};
}

}  // namespace tensorfs
