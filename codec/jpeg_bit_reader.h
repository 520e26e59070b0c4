// SPDX-License-Identifier: MIT
// The reading end of a JPEG's entropy-coded data. Kept in the header because every coefficient goes
// through it. Not thread-safe.
#ifndef TENSORFS_CODEC_JPEG_BIT_READER_H_
#define TENSORFS_CODEC_JPEG_BIT_READER_H_

#include <bit>
#include <cstdint>
#include <cstring>

#include "codec/jpeg_huffman_table.h"
#include "codec/libjpeg.h"

namespace tensorfs {

// The data's next bits, left-aligned. Bits below `count` are those that follow, or zero.
struct JpegBitWindow {
  uint64_t bits = 0;
  int count = 0;
  int padding = 0;  // of `count`: zeros appended because a marker ended the data
};

// Reads from image->src; what it has read takes effect with Save.
class JpegBitReader {
 public:
  JpegBitReader(j_decompress_ptr image, const JpegBitWindow& window)
      : image_(image),
        window_(window),
        next_(image->src->next_input_byte),
        end_(next_ + image->src->bytes_in_buffer) {}

  void Save(JpegBitWindow& window) const {
    window = window_;
    image_->src->next_input_byte = next_;
    image_->src->bytes_in_buffer = static_cast<size_t>(end_ - next_);
  }

  // Makes the bits of a code and its value available. False if the source ends before a marker.
  bool Refill() {
    if (window_.count >= kMaxBitsNeeded) [[likely]] {
      return true;
    }
    if (end_ - next_ >= 8 && image_->unread_marker == 0) [[likely]] {
      const uint64_t word = LoadBigEndian(next_);
      if (!HasByteFF(word)) [[likely]] {
        // Bits of a byte that only half fits stay below `count`; its own turn puts them there
        // again.
        window_.bits |= word >> window_.count;
        const int bytes = (63 - window_.count) >> 3;
        next_ += bytes;
        window_.count += 8 * bytes;
        return true;
      }
    }
    return RefillByByte();
  }

  int Look() const { return static_cast<int>(window_.bits >> (64 - kJpegLookBits)); }

  void Drop(int bits) {
    window_.bits <<= bits;
    window_.count -= bits;
  }

  // REQUIRES: 0 < bits.
  int Take(int bits) {
    const int value = static_cast<int>(window_.bits >> (64 - bits));
    Drop(bits);
    return value;
  }

  // The next symbol; 0, as in libjpeg-turbo, for a code that has none.
  int TakeSymbol(const JpegCodes& codes) {
    const JpegCodes::Code code = codes.codes[Look()];
    if (code.bits != 0) {
      Drop(code.bits);
      return code.symbol;
    }
    int length = kJpegLookBits + 1;
    while (static_cast<int>(window_.bits >> (64 - length)) > codes.max_code[length]) ++length;
    const int value = Take(length);
    if (length > kMaxJpegCodeBits) return 0;
    return codes.symbols[(value + codes.value_offset[length]) & 0xFF];
  }

 private:
  static constexpr int kMaxBitsNeeded = kBadJpegCodeBits + 15;

  static uint64_t LoadBigEndian(const uint8_t* bytes) {
    uint64_t word;
    std::memcpy(&word, bytes, sizeof(word));
    if constexpr (std::endian::native == std::endian::little) word = __builtin_bswap64(word);
    return word;
  }

  static bool HasByteFF(uint64_t word) {
    return ((~word - 0x0101010101010101u) & word & 0x8080808080808080u) != 0;
  }

  // Removes the zero stuffed after a byte 0xFF, and ends the data at a marker.
  bool RefillByByte() {
    while (window_.count <= 56) {
      if (image_->unread_marker != 0) {
        window_.padding += 64 - window_.count;
        window_.count = 64;
        return true;
      }
      int byte = 0;
      if (!TakeDataByte(byte)) return false;
      if (image_->unread_marker != 0) continue;
      window_.bits |= static_cast<uint64_t>(byte) << (56 - window_.count);
      window_.count += 8;
    }
    return true;
  }

  // Sets image->unread_marker instead if a marker comes next. Any number of bytes 0xFF may stand
  // before a marker or a stuffed zero.
  bool TakeDataByte(int& byte) {
    if (next_ == end_ && !OpenMore()) return false;
    byte = *next_++;
    if (byte != 0xFF) return true;
    int follower = 0xFF;
    while (follower == 0xFF) {
      if (next_ == end_ && !OpenMore()) return false;
      follower = *next_++;
    }
    if (follower != 0) image_->unread_marker = follower;
    return true;
  }

  // jpeg_skip_scanlines does not repeat a call that asked for more data, so it is fetched here.
  bool OpenMore() {
    if (!image_->src->fill_input_buffer(image_)) return false;
    next_ = image_->src->next_input_byte;
    end_ = next_ + image_->src->bytes_in_buffer;
    return true;
  }

  const j_decompress_ptr image_;
  JpegBitWindow window_;
  const uint8_t* next_;
  const uint8_t* end_;
};

}  // namespace tensorfs

#endif  // TENSORFS_CODEC_JPEG_BIT_READER_H_
