// SPDX-License-Identifier: MIT
#include "codec/png_chunks.h"

#include <zlib.h>

#include <algorithm>

#include "codec/byte_order.h"

namespace tensorfs {
namespace {

using Bytes = std::span<const uint8_t>;

constexpr uint32_t kImageData = PngChunkType("IDAT");
constexpr uint32_t kFrameData = PngChunkType("fdAT");
constexpr uint32_t kOldImageData = PngChunkType("DDAT");
constexpr uint32_t kEnd = PngChunkType("IEND");
constexpr uint32_t kFrameControl = PngChunkType("fcTL");

constexpr size_t kStartBytes = 8;
constexpr size_t kChecksumBytes = 4;
constexpr size_t kPillowBlockBytes = 65536;

bool IsName(Bytes type) {
  return std::all_of(type.begin(), type.end(), [](uint8_t byte) {
    return (byte >= '0' && byte <= '9') || (byte >= 'A' && byte <= 'Z') ||
           (byte >= 'a' && byte <= 'z') || byte == '_';
  });
}

}  // namespace

Result<PngChunks::Start> PngChunks::ReadStart() {
  const Result<Bytes> start = Take(kStartBytes);
  if (!start) return tl::unexpected(start.error());
  if (!IsName(start->subspan(4))) return Fail(ErrorCode::kCorrupt, "PNG: a chunk without a name");
  return Start{.type = ReadBig32(&(*start)[4]), .length = ReadBig32(&(*start)[0])};
}

Result<Bytes> PngChunks::Take(size_t length) {
  if (length > rest_.size()) return Fail(ErrorCode::kTruncated, "PNG: the file is truncated");
  const Bytes taken = rest_.first(length);
  rest_ = rest_.subspan(length);
  return taken;
}

void PngChunks::SkipLeniently(size_t length) {
  rest_ = rest_.subspan(std::min(length, rest_.size()));
}

Result<uint32_t> PngChunks::TakeSequence(uint32_t length) {
  constexpr uint32_t kSequenceBytes = 4;
  if (length < kSequenceBytes) return Fail(ErrorCode::kCorrupt, "PNG: the fdAT chunk is cut short");
  const Result<Bytes> bytes = Take(kSequenceBytes);
  if (!bytes) return tl::unexpected(bytes.error());
  const Result<void> in_sequence = metadata_.HandleFrameData(ReadBig32(bytes->data()));
  if (!in_sequence) return tl::unexpected(in_sequence.error());
  return length - kSequenceBytes;
}

Result<void> PngChunks::ReadHead() {
  for (;;) {
    const Result<Start> start = ReadStart();
    if (!start) return tl::unexpected(start.error());
    if (start->type == kEnd) return Fail(ErrorCode::kCorrupt, "PNG: no image data");
    // Image data before the header is to Pillow a chunk like any unknown one.
    const bool known_layout = metadata_.layout().has_value();
    if ((start->type == kImageData && known_layout) || start->type == kFrameData) {
      const Result<void> entered = EnterData(*start);
      if (!entered) return entered;
      if (!known_layout) return Fail(ErrorCode::kCorrupt, "PNG: image data before IHDR");
      return metadata_.BeginData();
    }
    const Result<void> read = ReadCheckedChunk(*start);
    if (!read) return read;
  }
}

Result<void> PngChunks::EnterData(const Start& start) {
  data_left_ = start.length;
  if (start.type != kFrameData) return {};
  const Result<uint32_t> length = TakeSequence(start.length);
  if (!length) return tl::unexpected(length.error());
  data_left_ = *length;
  return {};
}

Result<void> PngChunks::ReadCheckedChunk(const Start& start) {
  const uint8_t* const type = rest_.data() - 4;
  const Result<Bytes> payload = Take(start.length);
  if (!payload) return tl::unexpected(payload.error());
  const Result<Bytes> stored = Take(kChecksumBytes);
  if (!stored) return tl::unexpected(stored.error());
  if (crc32_z(crc32_z(0, nullptr, 0), type, 4 + payload->size()) != ReadBig32(stored->data())) {
    return Fail(ErrorCode::kCorrupt, "PNG: a chunk's checksum is wrong");
  }
  return metadata_.Handle(start.type, *payload);
}

Result<Bytes> PngChunks::NextData() {
  while (data_left_ == 0) {
    SkipLeniently(kChecksumBytes);
    const Result<Start> start = ReadStart();
    if (!start) return tl::unexpected(start.error());
    if (start->type != kImageData && start->type != kOldImageData && start->type != kFrameData) {
      return Fail(ErrorCode::kTruncated, "PNG: the image data ends too early");
    }
    const Result<void> entered = EnterData(*start);
    if (!entered) return tl::unexpected(entered.error());
  }
  const size_t wanted = std::min(kPillowBlockBytes, data_left_);
  if (rest_.empty()) return Fail(ErrorCode::kTruncated, "PNG: the file is truncated");
  data_left_ -= wanted;
  return Take(std::min(wanted, rest_.size()));
}

Result<void> PngChunks::ReadTail() {
  SkipLeniently(data_left_);
  for (;;) {
    SkipLeniently(kChecksumBytes);
    const Result<Start> start = ReadStart();
    if (!start || start->type == kEnd) break;
    if (start->type == kFrameControl && metadata_.animated()) break;
    const Result<void> read = ReadTailChunk(*start);
    if (!read) return read;
  }
  return metadata_.CheckConversion();
}

// Pillow does not look at checksums here.
Result<void> PngChunks::ReadTailChunk(const Start& start) {
  uint32_t length = start.length;
  if (start.type == kFrameData) {
    const Result<uint32_t> frame_length = TakeSequence(length);
    if (!frame_length) return tl::unexpected(frame_length.error());
    length = *frame_length;
  }
  const Result<Bytes> payload = Take(length);
  if (!payload) return tl::unexpected(payload.error());
  if (start.type == kFrameData || start.type == kImageData) return {};
  return metadata_.Handle(start.type, *payload);
}

}  // namespace tensorfs
