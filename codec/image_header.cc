// SPDX-License-Identifier: MIT
#include "codec/image_header.h"

#include <algorithm>
#include <array>
#include <string>
#include <string_view>
#include <utility>

#include "codec/jpeg_header.h"
#include "codec/png_decoder.h"

namespace tensorfs {
namespace {

using Bytes = std::span<const uint8_t>;
using namespace std::literals;

constexpr std::string_view kJpegSignature = "\xFF\xD8\xFF"sv;
constexpr std::string_view kPngSignature = "\x89PNG\r\n\x1A\n"sv;

struct OtherFormat {
  std::string_view signature;
  std::string_view name;
};

constexpr std::array kOtherFormats = {
    OtherFormat{"GIF8"sv, "GIF"},
    OtherFormat{"BM"sv, "BMP"},
    OtherFormat{"II*\0"sv, "TIFF"},
    OtherFormat{"MM\0*"sv, "TIFF"},
    OtherFormat{"RIFF"sv, "WebP or RIFF"},
    OtherFormat{"\0\0\0\x0CjP  "sv, "JPEG 2000"},
    OtherFormat{"P5"sv, "PGM"},
    OtherFormat{"P6"sv, "PPM"},
    OtherFormat{"%PDF"sv, "PDF"},
    OtherFormat{"PK\3\4"sv, "ZIP"},
    OtherFormat{"\x1F\x8B"sv, "gzip"},
    OtherFormat{"\x93NUMPY"sv, "NumPy"},
};

// Whether the bytes agree with the signature as far as both go.
bool Agrees(Bytes bytes, std::string_view signature) {
  const size_t length = std::min(bytes.size(), signature.size());
  return std::equal(signature.begin(), signature.begin() + length, bytes.begin(),
                    [](char a, uint8_t b) { return static_cast<uint8_t>(a) == b; });
}

std::string Describe(Bytes prefix) {
  for (const OtherFormat& format : kOtherFormats) {
    if (prefix.size() >= format.signature.size() && Agrees(prefix, format.signature)) {
      return "looks like " + std::string(format.name);
    }
  }
  const Bytes start = prefix.first(std::min<size_t>(prefix.size(), 64));
  const bool text = std::all_of(start.begin(), start.end(), [](uint8_t byte) {
    return byte == '\t' || byte == '\n' || byte == '\r' || (byte >= ' ' && byte != 0x7F);
  });
  return text ? "looks like text" : "content of an unknown kind";
}

}  // namespace

Result<ImageHeader> ReadImageHeader(Bytes prefix) {
  if (prefix.empty()) return Fail(ErrorCode::kTruncated, "the file is empty");
  for (const auto& [signature, read] :
       {std::pair(kJpegSignature, &ReadJpegHeader), std::pair(kPngSignature, &ReadPngHeader)}) {
    if (!Agrees(prefix, signature)) continue;
    if (prefix.size() >= signature.size()) return read(prefix);
    return Fail(ErrorCode::kTruncated, "the file ends within its signature");
  }
  return Fail(ErrorCode::kUnsupported, "neither JPEG nor PNG: " + Describe(prefix));
}

}  // namespace tensorfs
