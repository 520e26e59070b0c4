// SPDX-License-Identifier: MIT
// A faster Huffman decoder for sequential JPEG, put in the place of libjpeg-turbo's own. Entropy
// decoding is most of what a JPEG costs; a table that yields run, value and length of a coefficient
// in one look-up, and a 64-bit window refilled eight bytes at a time, do the same work in less.
//
// It gives the same coefficients, also from damaged data. What it does not cover (progressive,
// arithmetic, several scans, restart intervals) stays with libjpeg-turbo. The modules of a decoder
// are replaceable by design: objects behind pointers, declared in jpegint.h, which is installed.
#ifndef TENSORFS_CODEC_JPEG_HUFFMAN_H_
#define TENSORFS_CODEC_JPEG_HUFFMAN_H_

#include <array>
#include <cstdint>

#include "codec/libjpeg.h"

namespace tensorfs {

// One Huffman table, indexed by the next kLookBits bits of the data.
struct JpegHuffmanTable {
  static constexpr int kLookBits = 10;

  // A coefficient whose code and value both lie within the look-up: `run` zeros, then `value`, out
  // of `bits` bits. A run without a value (16 zeros, or the rest of the block) has value 0.
  struct Coefficient {
    uint8_t bits;  // 0: look at `codes`
    uint8_t run;
    int16_t value;
  };
  struct Code {
    uint8_t symbol;
    uint8_t bits;  // 0: the code is longer than kLookBits
  };

  std::array<Coefficient, 1 << kLookBits> coefficients;
  std::array<Code, 1 << kLookBits> codes;
  std::array<int32_t, 18> max_code;      // of each length; -1: none has it
  std::array<int32_t, 18> value_offset;  // index of a length's first symbol, less its first code
  std::array<uint8_t, 256> symbols;      // in the order of their codes
};

// The data's next bits, left-aligned. Bits below `count` are those that follow, or zero.
struct JpegBitWindow {
  uint64_t bits = 0;
  int count = 0;
  int padding = 0;  // of `count`: zeros appended because a marker ended the data
};

// Serves one image. Not thread-safe.
class JpegHuffmanDecoder : private jpeg_entropy_decoder {
 public:
  // Takes over the scan that `image` is about to decode, if it can; says whether it did.
  // REQUIRES: jpeg_start_decompress has succeeded (so the tables are valid) and no scanline was
  // read; the file ends with an end-of-image marker (so that only a marker can end the data). The
  // decoder stays alive and in its place until `image` is destroyed.
  bool Attach(jpeg_decompress_struct* image);

 private:
  static boolean DecodeMcu(j_decompress_ptr image, JBLOCKROW* blocks);
  bool DecodeBlocks(j_decompress_ptr image, JBLOCKROW* blocks);

  JpegBitWindow window_;
  std::array<int, MAX_COMPS_IN_SCAN> last_dc_ = {};
  std::array<JpegHuffmanTable, NUM_HUFF_TBLS> dc_tables_;
  std::array<JpegHuffmanTable, NUM_HUFF_TBLS> ac_tables_;
};

}  // namespace tensorfs

#endif  // TENSORFS_CODEC_JPEG_HUFFMAN_H_
