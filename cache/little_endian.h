// SPDX-License-Identifier: MIT
// Integers in the project's own files: little-endian, one after the other. Not thread-safe.
#ifndef TENSORFS_CACHE_LITTLE_ENDIAN_H_
#define TENSORFS_CACHE_LITTLE_ENDIAN_H_

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <span>
#include <type_traits>

namespace tensorfs {

// REQUIRES, of both: the bytes suffice for all that is put or taken.
class LittleEndianWriter {
 public:
  explicit LittleEndianWriter(std::span<uint8_t> bytes) : bytes_(bytes) {}

  template <std::integral Int>
  void Put(Int value) {
    auto rest = static_cast<uint64_t>(value);
    for (size_t i = 0; i < sizeof(Int); ++i, rest >>= 8) {
      bytes_[i] = static_cast<uint8_t>(rest);
    }
    bytes_ = bytes_.subspan(sizeof(Int));
  }

 private:
  std::span<uint8_t> bytes_;
};

class LittleEndianReader {
 public:
  explicit LittleEndianReader(std::span<const uint8_t> bytes) : bytes_(bytes) {}

  template <std::integral Int>
  Int Take() {
    uint64_t value = 0;
    for (size_t i = sizeof(Int); i > 0; --i) value = value << 8 | bytes_[i - 1];
    bytes_ = bytes_.subspan(sizeof(Int));
    return static_cast<Int>(value);
  }

 private:
  std::span<const uint8_t> bytes_;
};

}  // namespace tensorfs

#endif  // TENSORFS_CACHE_LITTLE_ENDIAN_H_
