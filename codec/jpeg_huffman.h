// SPDX-License-Identifier: MIT
// A faster Huffman decoder for sequential JPEG, put in the place of libjpeg-turbo's own. Entropy
// decoding is most of what a JPEG costs; tables that yield two coefficients in one look-up, and a
// 64-bit window refilled eight bytes at a time, do the same work in less.
//
// It gives the same coefficients, also from damaged data. What it does not cover (progressive,
// arithmetic, several scans, restart intervals) stays with libjpeg-turbo. The modules of a decoder
// are replaceable by design: objects behind pointers, declared in jpegint.h, which is installed.
#ifndef TENSORFS_CODEC_JPEG_HUFFMAN_H_
#define TENSORFS_CODEC_JPEG_HUFFMAN_H_

#include <array>
#include <optional>

#include "codec/jpeg_bit_reader.h"
#include "codec/jpeg_huffman_table.h"
#include "codec/libjpeg.h"

namespace tensorfs {

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
  std::array<std::optional<JpegDcTable>, NUM_HUFF_TBLS> dc_tables_;
  std::array<std::optional<JpegAcTable>, NUM_HUFF_TBLS> ac_tables_;
};

}  // namespace tensorfs

#endif  // TENSORFS_CODEC_JPEG_HUFFMAN_H_
