// SPDX-License-Identifier: MIT
#include "cache/cached_value.h"

#include <bit>
#include <cstring>

#include "codec/hash.h"

namespace tensorfs {
namespace {

constexpr uint32_t kMagic = 0x43544654;  // "TFTC"
constexpr uint32_t kValueVersion = 1;
constexpr uint8_t kRowVersion = 1;
constexpr size_t kHashedHeaderBytes = kValueHeaderBytes - sizeof(uint64_t);
constexpr size_t kRowFixedBytes = 1 + 8 + 8 + 8 + 4 + 4;
constexpr uint64_t kNotesBytes = 256;

static_assert(std::endian::native == std::endian::little, "integers are stored as they are");

template <typename T>
void Put(std::string* out, T value) {
  char bytes[sizeof(T)];
  std::memcpy(bytes, &value, sizeof(T));
  out->append(bytes, sizeof(T));
}

template <typename T>
T Take(std::string_view* in) {
  T value;
  std::memcpy(&value, in->data(), sizeof(T));
  in->remove_prefix(sizeof(T));
  return value;
}

std::string_view Text(std::span<const uint8_t> bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

}  // namespace

std::string EncodeValueHeader(const CacheKey& key, const SourceVersion& source,
                              std::span<const uint8_t> bytes) {
  std::string header;
  Put(&header, kMagic);
  Put(&header, kValueVersion);
  Put(&header, KeyCheck(key));
  Put(&header, source.size_bytes);
  Put(&header, source.change_stamp);
  Put(&header, static_cast<uint64_t>(bytes.size()));
  Put(&header, Hash64(Text(bytes)));
  Put(&header, Hash64(header));
  return header;
}

std::optional<std::span<const uint8_t>> CheckValue(std::span<const uint8_t> value,
                                                   const CacheKey& key,
                                                   const SourceVersion& source) {
  if (value.size() < kValueHeaderBytes) return std::nullopt;
  const std::span<const uint8_t> bytes = value.subspan(kValueHeaderBytes);
  std::string_view header = Text(value.first(kValueHeaderBytes));
  const uint64_t header_hash = Hash64(header.substr(0, kHashedHeaderBytes));
  const bool is_ours =
      Take<uint32_t>(&header) == kMagic && Take<uint32_t>(&header) == kValueVersion &&
      Take<uint64_t>(&header) == KeyCheck(key) && Take<uint64_t>(&header) == source.size_bytes &&
      Take<int64_t>(&header) == source.change_stamp && Take<uint64_t>(&header) == bytes.size() &&
      Take<uint64_t>(&header) == Hash64(Text(bytes)) && Take<uint64_t>(&header) == header_hash;
  if (!is_ours) return std::nullopt;
  return bytes;
}

std::string EncodeRow(const CacheRow& row) {
  std::string bytes;
  Put(&bytes, kRowVersion);
  Put(&bytes, row.key.fingerprint);
  Put(&bytes, row.source.size_bytes);
  Put(&bytes, row.source.change_stamp);
  Put(&bytes, row.bytes);
  Put(&bytes, row.saved_s);
  return bytes + row.key.path;
}

std::optional<CacheRow> DecodeRow(std::string_view bytes) {
  if (bytes.size() < kRowFixedBytes || Take<uint8_t>(&bytes) != kRowVersion) return std::nullopt;
  CacheRow row;
  row.key.fingerprint = Take<uint64_t>(&bytes);
  row.source.size_bytes = Take<uint64_t>(&bytes);
  row.source.change_stamp = Take<int64_t>(&bytes);
  row.bytes = Take<uint32_t>(&bytes);
  row.saved_s = Take<float>(&bytes);
  row.key.path = bytes;
  return row;
}

uint64_t Footprint(uint64_t bytes) { return bytes + kValueHeaderBytes + kNotesBytes; }

}  // namespace tensorfs
