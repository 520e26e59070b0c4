// SPDX-License-Identifier: MIT
#include "codec/png_text.h"

#include <zlib.h>

#include <algorithm>
#include <array>

namespace tensorfs {
namespace {

using Bytes = std::span<const uint8_t>;
using MaybeText = std::optional<PngText>;

constexpr size_t kMaxInflatedBytes = 1 << 20;

// The bytes up to the first zero, and those behind it: nothing if there is no zero.
struct Parts {
  Bytes head;
  std::optional<Bytes> tail;
};

Parts SplitAtZero(Bytes bytes) {
  const auto zero = std::find(bytes.begin(), bytes.end(), 0);
  const size_t length = zero - bytes.begin();
  if (zero == bytes.end()) return {bytes, std::nullopt};
  return {bytes.first(length), bytes.subspan(length + 1)};
}

std::string_view AsText(Bytes bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

// Drives `stream` to the end of its input. Returns the size, or nothing if the data is damaged.
Result<std::optional<size_t>> InflateAndCount(z_stream& stream) {
  std::array<uint8_t, 16384> discarded;
  size_t total = 0;
  for (;;) {
    const auto room = static_cast<uInt>(std::min(discarded.size(), kMaxInflatedBytes - total));
    stream.next_out = discarded.data();
    stream.avail_out = room;
    const int status = inflate(&stream, Z_SYNC_FLUSH);
    if (status != Z_OK && status != Z_BUF_ERROR && status != Z_STREAM_END) return std::nullopt;
    total += room - stream.avail_out;
    if (status == Z_STREAM_END || stream.avail_out != 0) return total;
    if (total == kMaxInflatedBytes) {
      if (stream.avail_in == 0) return total;
      return Fail(ErrorCode::kTooLarge, "PNG: a chunk inflates to more than 1 MiB");
    }
  }
}

// The size of what `deflated` inflates to, as far as it goes; nothing if it is damaged.
Result<std::optional<size_t>> InflatedBytes(Bytes deflated) {
  z_stream stream = {};
  if (inflateInit(&stream) != Z_OK) return Fail(ErrorCode::kTooLarge, "PNG: out of memory");
  stream.next_in = const_cast<uint8_t*>(deflated.data());
  stream.avail_in = static_cast<uInt>(deflated.size());
  auto result = InflateAndCount(stream);
  inflateEnd(&stream);
  return result;
}

}  // namespace

Result<MaybeText> ReadPngText(Bytes payload) {
  const Parts parts = SplitAtZero(payload);
  if (parts.head.empty()) return std::nullopt;
  return PngText{AsText(parts.head), parts.tail.value_or(Bytes()).size()};
}

Result<MaybeText> ReadPngCompressedText(Bytes payload) {
  const Parts parts = SplitAtZero(payload);
  Bytes value = parts.tail.value_or(Bytes());
  if (!value.empty() && value[0] != 0) {
    return Fail(ErrorCode::kCorrupt, "PNG: unknown compression of a zTXt chunk");
  }
  if (!value.empty()) value = value.subspan(1);
  const auto size = InflatedBytes(value);
  if (!size) return tl::unexpected(size.error());
  if (parts.head.empty()) return std::nullopt;
  return PngText{AsText(parts.head), size->value_or(0)};
}

// Keyword, 0, compressed?, method, language, 0, translated keyword, 0, text.
Result<MaybeText> ReadPngInternationalText(Bytes payload) {
  const Parts keyword = SplitAtZero(payload);
  if (!keyword.tail || keyword.tail->size() < 2) return std::nullopt;
  const bool compressed = (*keyword.tail)[0] != 0;
  const uint8_t method = (*keyword.tail)[1];
  const Parts language = SplitAtZero(keyword.tail->subspan(2));
  if (!language.tail) return std::nullopt;
  const Parts translated = SplitAtZero(*language.tail);
  if (!translated.tail) return std::nullopt;
  if (!compressed) return PngText{AsText(keyword.head), translated.tail->size()};
  if (method != 0) return std::nullopt;
  const auto size = InflatedBytes(*translated.tail);
  if (!size) return tl::unexpected(size.error());
  if (!*size) return std::nullopt;
  return PngText{AsText(keyword.head), **size};
}

// Name, 0, method (which Pillow does not look at), profile.
Result<void> CheckPngColourProfile(Bytes payload) {
  const Parts parts = SplitAtZero(payload);
  if (!parts.tail) return Fail(ErrorCode::kCorrupt, "PNG: an iCCP chunk without a profile");
  const Bytes profile = parts.tail->subspan(std::min<size_t>(1, parts.tail->size()));
  const auto size = InflatedBytes(profile);
  if (!size) return tl::unexpected(size.error());
  return {};
}

}  // namespace tensorfs
