// SPDX-License-Identifier: MIT
// The text chunks of a PNG (and the compressed profile), of which Pillow limits the size. Views of
// the caller's bytes; thread-safe.
#ifndef TENSORFS_CODEC_PNG_TEXT_H_
#define TENSORFS_CODEC_PNG_TEXT_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "codec/result.h"

namespace tensorfs {

struct PngText {
  std::string_view keyword;
  size_t value_bytes;
};

// Each takes a chunk's payload and returns nothing where Pillow passes over the chunk.
// Errors: kTooLarge if it inflates to more than 1 MiB; kCorrupt.
Result<std::optional<PngText>> ReadPngText(std::span<const uint8_t> payload);               // tEXt
Result<std::optional<PngText>> ReadPngCompressedText(std::span<const uint8_t> payload);     // zTXt
Result<std::optional<PngText>> ReadPngInternationalText(std::span<const uint8_t> payload);  // iTXt
Result<void> CheckPngColourProfile(std::span<const uint8_t> payload);                       // iCCP

}  // namespace tensorfs

#endif  // TENSORFS_CODEC_PNG_TEXT_H_
