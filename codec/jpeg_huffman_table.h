// SPDX-License-Identifier: MIT
// Look-up tables that decode JPEG's Huffman codes together with the values behind them. Plain
// values.
#ifndef TENSORFS_CODEC_JPEG_HUFFMAN_TABLE_H_
#define TENSORFS_CODEC_JPEG_HUFFMAN_TABLE_H_

#include <array>
#include <cstdint>

#include "codec/libjpeg.h"

namespace tensorfs {

// Tables are indexed by this many of the data's next bits.
inline constexpr int kJpegLookBits = 11;
inline constexpr int kJpegLooks = 1 << kJpegLookBits;

inline constexpr int kMaxJpegCodeBits = 16;
// So many bits tell that a code has no symbol.
inline constexpr int kBadJpegCodeBits = kMaxJpegCodeBits + 1;

// The codes alone (ITU-T T.81, annex C).
struct JpegCodes {
  struct Code {
    uint8_t symbol;
    uint8_t bits;  // 0: the code is longer than kJpegLookBits
  };
  std::array<Code, kJpegLooks> codes;
  std::array<int32_t, kBadJpegCodeBits + 1> max_code;      // of each length; -1: none has it
  std::array<int32_t, kBadJpegCodeBits + 1> value_offset;  // first symbol's index, less first code
  std::array<uint8_t, 256> symbols;                        // in the order of their codes

  // REQUIRES: libjpeg has accepted the table.
  explicit JpegCodes(const JHUFF_TBL& table);
};

// One coefficient whose code and value lie within the look-up.
struct JpegCoefficient {
  uint8_t bits;     // 0: they do not
  uint8_t advance;  // zeros before it, plus one; kJpegBlockEnd at the end of the block
  int16_t value;    // 0 for an advance alone
};
inline constexpr int kJpegBlockEnd = DCTSIZE2;

// For the first coefficient of a block.
struct JpegDcTable {
  JpegCodes codes;
  std::array<JpegCoefficient, kJpegLooks> coefficients;

  explicit JpegDcTable(const JHUFF_TBL& table);
};

// For the others, two at a time where both lie within the look-up. (A photograph's coefficients
// take five to six bits.)
struct JpegAcTable {
  struct Pair {
    uint8_t bits;        // of both; 0: not even the first lies within
    uint8_t first_bits;  // of the first
    uint8_t first_advance;
    uint8_t second_advance;  // 0: the second does not lie within
    int16_t first_value;
    int16_t second_value;
  };
  JpegCodes codes;
  std::array<Pair, kJpegLooks> pairs;

  explicit JpegAcTable(const JHUFF_TBL& table);
};

// The signed value that `size` bits stand for (ITU-T T.81, F.2.2.1). REQUIRES: size > 0.
inline int ExtendJpegValue(int bits, int size) {
  return bits < 1 << (size - 1) ? bits - (1 << size) + 1 : bits;
}

}  // namespace tensorfs

#endif  // TENSORFS_CODEC_JPEG_HUFFMAN_TABLE_H_
