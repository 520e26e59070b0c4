// SPDX-License-Identifier: MIT
#include "codec/png_decoder.h"

#include "codec/png_chunks.h"
#include "codec/png_rows.h"
#include "codec/png_unfilter.h"

namespace tensorfs {
namespace {

using Bytes = std::span<const uint8_t>;

ImageHeader HeaderOf(const PngMetadata& metadata) {
  return {.format = ImageFormat::kPng,
          .size = metadata.size(),
          .components = metadata.layout()->Channels(),
          .multi_scan = metadata.interlaced()};
}

}  // namespace

Result<ImageHeader> ReadPngHeader(Bytes prefix) {
  PngChunks chunks(prefix);
  const Result<void> read = chunks.ReadHead();
  if (!read) return tl::unexpected(read.error());
  return HeaderOf(chunks.metadata());
}

Result<Image> DecodePng(Bytes file, const ImageHeader& header, const Rect& window) {
  PngChunks chunks(file);
  const Result<void> read = chunks.ReadHead();
  if (!read) return tl::unexpected(read.error());
  if (chunks.metadata().size() != header.size) {
    return Fail(ErrorCode::kCorrupt, "PNG: the size is not that of the header");
  }
  Image image(window, 3);
  PngRows rows(chunks.metadata(), &image);
  for (bool complete = false; !complete;) {
    const Result<Bytes> data = chunks.NextData();
    if (!data) return tl::unexpected(data.error());
    const Result<bool> added = rows.Add(*data);
    if (!added) return tl::unexpected(added.error());
    complete = *added;
  }
  const Result<void> tail = chunks.ReadTail();
  if (!tail) return tl::unexpected(tail.error());
  return image;
}

size_t PngMemoryBytes(const ImageHeader& header, const Rect& window) {
  // Of zlib's state and its window of 32 KiB there may be two: for the pixels and for a text chunk.
  constexpr size_t kInflateBytes = 2 * (48 << 10);
  constexpr size_t kGreatestSampleBytes = 2;
  const size_t row_bytes =
      size_t{1} * header.size.width * header.components * kGreatestSampleBytes + 1 +
      kPngRowPaddingBytes;
  return Image::SizeBytes(window, 3) + 2 * row_bytes + kInflateBytes;
}

}  // namespace tensorfs
