// SPDX-License-Identifier: MIT
#include "codec/jpeg_huffman_table.h"

#include <algorithm>
#include <cstring>

namespace tensorfs {
namespace {

using Coefficients = std::array<JpegCoefficient, kJpegLooks>;

// What a code without a value means: in an AC table sixteen zeros or the end of the block.
JpegCoefficient AdvanceAlone(int run, int bits, bool is_dc) {
  const bool ends_block = !is_dc && run != 15;
  return {static_cast<uint8_t>(bits), static_cast<uint8_t>(ends_block ? kJpegBlockEnd : run + 1),
          0};
}

// Enters every value that can follow a code of `code.bits` bits whose look-ups begin at `first`.
void AddValues(JpegCodes::Code code, int first, bool is_dc, Coefficients& coefficients) {
  const int size = code.symbol & 15;
  const int run = code.symbol >> 4;
  const int bits = code.bits + size;
  if (bits > kJpegLookBits) return;
  const int looks = 1 << (kJpegLookBits - bits);
  for (int value = 0; value < 1 << size; ++value) {
    const JpegCoefficient coefficient =
        size == 0 ? AdvanceAlone(run, bits, is_dc)
                  : JpegCoefficient{static_cast<uint8_t>(bits), static_cast<uint8_t>(run + 1),
                                    static_cast<int16_t>(ExtendJpegValue(value, size))};
    std::fill_n(coefficients.begin() + first + value * looks, looks, coefficient);
  }
}

void FillCoefficients(const JpegCodes& codes, bool is_dc, Coefficients& coefficients) {
  coefficients.fill({0, 0, 0});
  for (int look = 0; look < kJpegLooks;) {
    const JpegCodes::Code code = codes.codes[look];
    if (code.bits == 0) break;  // longer codes sort after all shorter ones
    AddValues(code, look, is_dc, coefficients);
    look += 1 << (kJpegLookBits - code.bits);
  }
}

JpegAcTable::Pair Join(JpegCoefficient first, JpegCoefficient second) {
  JpegAcTable::Pair pair = {first.bits, first.bits, first.advance, 0, first.value, 0};
  const bool both = first.bits != 0 && first.advance != kJpegBlockEnd && second.bits != 0 &&
                    first.bits + second.bits <= kJpegLookBits;
  if (both) {
    pair.bits = static_cast<uint8_t>(first.bits + second.bits);
    pair.second_advance = second.advance;
    pair.second_value = second.value;
  }
  return pair;
}

}  // namespace

JpegCodes::JpegCodes(const JHUFF_TBL& table) {
  codes.fill({0, 0});
  std::memcpy(symbols.data(), table.huffval, symbols.size());
  int index = 0;
  int code = 0;
  for (int length = 1; length <= kMaxJpegCodeBits; ++length, code <<= 1) {
    const int count = table.bits[length];
    value_offset[length] = index - code;
    max_code[length] = count > 0 ? code + count - 1 : -1;
    for (int i = 0; i < count; ++i, ++index, ++code) {
      if (length > kJpegLookBits) continue;
      const int looks = 1 << (kJpegLookBits - length);
      std::fill_n(codes.begin() + code * looks, looks,
                  Code{table.huffval[index], static_cast<uint8_t>(length)});
    }
  }
  value_offset[kBadJpegCodeBits] = 0;
  max_code[kBadJpegCodeBits] = 0xFFFFF;  // above all codes, so that a search for a length ends
}

JpegDcTable::JpegDcTable(const JHUFF_TBL& table) : codes(table) {
  FillCoefficients(codes, /*is_dc=*/true, coefficients);
}

JpegAcTable::JpegAcTable(const JHUFF_TBL& table) : codes(table) {
  Coefficients single;
  FillCoefficients(codes, /*is_dc=*/false, single);
  for (int look = 0; look < kJpegLooks; ++look) {
    const JpegCoefficient first = single[look];
    pairs[look] = Join(first, single[(look << first.bits) & (kJpegLooks - 1)]);
  }
}

}  // namespace tensorfs
