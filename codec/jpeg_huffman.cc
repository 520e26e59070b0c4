// SPDX-License-Identifier: MIT
#include "codec/jpeg_huffman.h"

namespace tensorfs {
namespace {

constexpr int kLastIndex = DCTSIZE2 - 1;

// From zigzag to natural order. A damaged block can run past its end, by as much as two
// coefficients of a pair advance; all that goes where libjpeg-turbo puts it, into the last
// coefficient.
constexpr auto kNaturalOrder = [] {
  std::array<uint8_t, kLastIndex + 2 * kJpegBlockEnd + 1> order = {};
  order.fill(kLastIndex);
  int row = 0;
  int column = 0;
  for (int i = 0; i < DCTSIZE2; ++i) {
    order[i] = static_cast<uint8_t>(row * DCTSIZE + column);
    const bool up = (row + column) % 2 == 0;
    int& along = up ? column : row;
    int& against = up ? row : column;
    if (along == DCTSIZE - 1) {
      ++against;
    } else {
      ++along;
      if (against > 0) --against;
    }
  }
  return order;
}();

// The difference to the component's last DC coefficient.
bool DecodeDc(JpegBitReader& reader, const JpegDcTable& table, int& difference) {
  if (!reader.Refill()) return false;
  const JpegCoefficient entry = table.coefficients[reader.Look()];
  if (entry.bits != 0) {
    reader.Drop(entry.bits);
    difference = entry.value;
    return true;
  }
  const int size = reader.TakeSymbol(table.codes) & 15;
  difference = size == 0 ? 0 : ExtendJpegValue(reader.Take(size), size);
  return true;
}

// A coefficient that is not in the look-up. Returns its index, or one beyond the block.
int DecodeLongCode(JpegBitReader& reader, const JpegCodes& codes, int index, JCOEF* block) {
  const int symbol = reader.TakeSymbol(codes);
  const int size = symbol & 15;
  const int run = symbol >> 4;
  if (size == 0 && run != 15) return index + kJpegBlockEnd;
  index += run + 1;
  if (size > 0) {
    block[kNaturalOrder[index]] = static_cast<JCOEF>(ExtendJpegValue(reader.Take(size), size));
  }
  return index;
}

bool DecodeAc(JpegBitReader& reader, const JpegAcTable& table, JCOEF* block) {
  for (int index = 0; index < kLastIndex;) {
    if (!reader.Refill()) return false;
    const JpegAcTable::Pair pair = table.pairs[reader.Look()];
    if (pair.bits == 0) [[unlikely]] {
      index = DecodeLongCode(reader, table.codes, index, block);
      continue;
    }
    const int first = index + pair.first_advance;
    if (first >= kLastIndex && pair.second_advance != 0) [[unlikely]] {
      // The block is full: what follows the first belongs to the next one.
      reader.Drop(pair.first_bits);
      block[kNaturalOrder[first]] = pair.first_value;
      break;
    }
    reader.Drop(pair.bits);
    index = first + pair.second_advance;
    // Stored in this order, a second that is absent is overwritten by the first; and an advance
    // alone stores its zero where nothing was stored yet. Both spare a branch.
    block[kNaturalOrder[index]] = pair.second_value;
    block[kNaturalOrder[first]] = pair.first_value;
  }
  return true;
}

}  // namespace

bool JpegHuffmanDecoder::Attach(jpeg_decompress_struct* image) {
  if (image->progressive_mode || image->arith_code || image->restart_interval != 0 ||
      jpeg_has_multiple_scans(image)) {
    return false;
  }
  for (int i = 0; i < image->comps_in_scan; ++i) {
    const jpeg_component_info& component = *image->cur_comp_info[i];
    const int dc = component.dc_tbl_no;
    const int ac = component.ac_tbl_no;
    if (!dc_tables_[dc]) dc_tables_[dc].emplace(*image->dc_huff_tbl_ptrs[dc]);
    if (!ac_tables_[ac]) ac_tables_[ac].emplace(*image->ac_huff_tbl_ptrs[ac]);
  }
  start_pass = image->entropy->start_pass;
  decode_mcu = DecodeMcu;
  insufficient_data = FALSE;
  image->entropy = this;
  return true;
}

// The contract of libjpeg's decode_mcu: `blocks` are zeroed, or null where nobody needs them; FALSE
// asks for more data, upon which the same call is repeated.
boolean JpegHuffmanDecoder::DecodeMcu(j_decompress_ptr image, JBLOCKROW* blocks) {
  auto* decoder = static_cast<JpegHuffmanDecoder*>(image->entropy);
  // After the data has run out, what is left of the image stays zero.
  if (decoder->insufficient_data) return TRUE;
  return decoder->DecodeBlocks(image, blocks) ? TRUE : FALSE;
}

bool JpegHuffmanDecoder::DecodeBlocks(j_decompress_ptr image, JBLOCKROW* blocks) {
  JBLOCK unwanted;
  JpegBitReader reader(image, window_);
  std::array<int, MAX_COMPS_IN_SCAN> last_dc = last_dc_;
  for (int i = 0; i < image->blocks_in_MCU; ++i) {
    const int index = image->MCU_membership[i];
    const jpeg_component_info& component = *image->cur_comp_info[index];
    JCOEF* block = blocks != nullptr ? *blocks[i] : unwanted;
    int difference = 0;
    if (!DecodeDc(reader, *dc_tables_[component.dc_tbl_no], difference)) return false;
    // Damaged data can add up beyond an int; the sum wraps.
    last_dc[index] =
        static_cast<int>(static_cast<unsigned>(last_dc[index]) + static_cast<unsigned>(difference));
    block[0] = static_cast<JCOEF>(last_dc[index]);
    if (!DecodeAc(reader, *ac_tables_[component.ac_tbl_no], block)) return false;
  }
  last_dc_ = last_dc;
  reader.Save(window_);
  if (window_.count < window_.padding) insufficient_data = TRUE;
  return true;
}

}  // namespace tensorfs
