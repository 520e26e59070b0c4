// SPDX-License-Identifier: MIT
// Integers out of file headers. REQUIRES, for each: as many bytes at `bytes` as the integer has.
#ifndef TENSORFS_CODEC_BYTE_ORDER_H_
#define TENSORFS_CODEC_BYTE_ORDER_H_

#include <cstdint>

namespace tensorfs {

inline uint16_t ReadBig16(const uint8_t* bytes) {
  return static_cast<uint16_t>(bytes[0] << 8 | bytes[1]);
}

inline uint32_t ReadBig32(const uint8_t* bytes) {
  return static_cast<uint32_t>(ReadBig16(bytes)) << 16 | ReadBig16(bytes + 2);
}

inline uint16_t ReadLittle16(const uint8_t* bytes) {
  return static_cast<uint16_t>(bytes[1] << 8 | bytes[0]);
}

inline uint32_t ReadLittle32(const uint8_t* bytes) {
  return static_cast<uint32_t>(ReadLittle16(bytes + 2)) << 16 | ReadLittle16(bytes);
}

}  // namespace tensorfs

#endif  // TENSORFS_CODEC_BYTE_ORDER_H_
