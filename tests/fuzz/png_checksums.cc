// SPDX-License-Identifier: MIT
#include "tests/fuzz/png_checksums.h"

#include <zlib.h>

#include "codec/byte_order.h"

namespace tensorfs {

void CorrectPngChecksums(uint8_t* file, size_t size) {
  constexpr size_t kAroundPayload = 12;
  for (size_t offset = 8; size >= offset + kAroundPayload;) {
    const size_t length = ReadBig32(file + offset);
    if (length > size - offset - kAroundPayload) return;
    const auto checksum = static_cast<uint32_t>(crc32(0, file + offset + 4, 4 + length));
    uint8_t* const stored = file + offset + 8 + length;
    for (int i = 0; i < 4; ++i) stored[i] = static_cast<uint8_t>(checksum >> (24 - 8 * i));
    offset += kAroundPayload + length;
  }
}

}  // namespace tensorfs
