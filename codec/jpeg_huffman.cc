// SPDX-License-Identifier: MIT
#include "codec/jpeg_huffman.h"

#include <bit>
#include <cstring>

namespace tensorfs {
namespace {

constexpr int kLookBits = JpegHuffmanTable::kLookBits;
constexpr int kMaxCodeBits = 16;
// A code that is in no table is known as such after this many bits.
constexpr int kBadCodeBits = kMaxCodeBits + 1;
// A code and a value use no more than this.
constexpr int kMaxSymbolBits = kBadCodeBits + 15;
// A run beyond the end of any block.
constexpr int kEndOfBlockRun = DCTSIZE2;

// From zigzag to natural order. A damaged block can run past its end by up to kEndOfBlockRun: all
// that lands in the last coefficient, as it does in libjpeg-turbo.
constexpr auto kNaturalOrder = [] {
  std::array<uint8_t, 2 * DCTSIZE2> order = {};
  int row = 0, column = 0;
  for (int i = 0; i < DCTSIZE2; ++i) {
    order[i] = static_cast<uint8_t>(row * DCTSIZE + column);
    const bool up = (row + column) % 2 == 0;
    if (up && column == DCTSIZE - 1) {
      ++row;
    } else if (up && row == 0) {
      ++column;
    } else if (!up && row == DCTSIZE - 1) {
      ++column;
    } else if (!up && column == 0) {
      ++row;
    } else {
      row += up ? -1 : 1;
      column += up ? 1 : -1;
    }
  }
  for (int i = DCTSIZE2; i < 2 * DCTSIZE2; ++i) order[i] = DCTSIZE2 - 1;
  return order;
}();

// The signed value that `size` bits stand for (ITU-T T.81, F.2.2.1). REQUIRES: size > 0.
int Extend(int bits, int size) { return bits < 1 << (size - 1) ? bits - (1 << size) + 1 : bits; }

// Fills the codes in order of length (ITU-T T.81, annex C); libjpeg-turbo has checked that they
// fit.
void AssignCodes(const JHUFF_TBL& source, JpegHuffmanTable& table) {
  table.codes.fill({0, 0});
  std::memcpy(table.symbols.data(), source.huffval, table.symbols.size());
  int index = 0;
  int code = 0;
  for (int length = 1; length <= kMaxCodeBits; ++length, code <<= 1) {
    const int count = source.bits[length];
    table.value_offset[length] = index - code;
    table.max_code[length] = count > 0 ? code + count - 1 : -1;
    for (int i = 0; i < count; ++i, ++index, ++code) {
      if (length > kLookBits) continue;
      const int first = code << (kLookBits - length);
      const int last = (code + 1) << (kLookBits - length);
      for (int look = first; look < last; ++look) {
        table.codes[look] = {source.huffval[index], static_cast<uint8_t>(length)};
      }
    }
  }
  table.value_offset[kBadCodeBits] = 0;
  table.max_code[kBadCodeBits] = 0xFFFFF;  // above all codes, so that the search for a length ends
}

// What one look-up can tell: the symbol's code is `code`, the bits after it are in `look`.
// In an AC symbol the high four bits are a run of zeros; a DC symbol has none.
JpegHuffmanTable::Coefficient Resolve(int look, JpegHuffmanTable::Code code, bool is_dc) {
  if (code.bits == 0) return {0, 0, 0};
  const int size = code.symbol & 15;
  const int run = code.symbol >> 4;
  if (size == 0) {
    const bool ends_block = !is_dc && run != 15;
    return {code.bits, static_cast<uint8_t>(ends_block ? kEndOfBlockRun : run), 0};
  }
  const int total = code.bits + size;
  if (total > kLookBits) return {0, 0, 0};
  const int bits = (look >> (kLookBits - total)) & ((1 << size) - 1);
  return {static_cast<uint8_t>(total), static_cast<uint8_t>(run),
          static_cast<int16_t>(Extend(bits, size))};
}

void BuildTable(const JHUFF_TBL& source, bool is_dc, JpegHuffmanTable& table) {
  AssignCodes(source, table);
  for (int look = 0; look < 1 << kLookBits; ++look) {
    table.coefficients[look] = Resolve(look, table.codes[look], is_dc);
  }
}

uint64_t LoadBigEndian(const uint8_t* bytes) {
  uint64_t word;
  std::memcpy(&word, bytes, sizeof(word));
  if constexpr (std::endian::native == std::endian::little) word = __builtin_bswap64(word);
  return word;
}

bool HasByteFF(uint64_t word) {
  return ((~word - 0x0101010101010101u) & word & 0x8080808080808080u) != 0;
}

// The reading end of the entropy-coded data: the window and the source behind it.
class BitReader {
 public:
  BitReader(j_decompress_ptr image, const JpegBitWindow& window)
      : image_(image),
        window_(window),
        next_(image->src->next_input_byte),
        end_(next_ + image->src->bytes_in_buffer) {}

  const JpegBitWindow& window() const { return window_; }

  // Makes kMaxSymbolBits bits available. False if the file ends without a marker.
  bool Refill() {
    if (window_.count >= kMaxSymbolBits) [[likely]] {
      return true;
    }
    if (end_ - next_ >= 8 && image_->unread_marker == 0) [[likely]] {
      const uint64_t word = LoadBigEndian(next_);
      if (!HasByteFF(word)) [[likely]] {
        // Bits of a byte that only half fits stay below `count`; the next refill puts them there
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

  int Look() const { return static_cast<int>(window_.bits >> (64 - kLookBits)); }

  void Drop(int bits) {
    window_.bits <<= bits;
    window_.count -= bits;
  }

  int Take(int bits) {
    const int value = static_cast<int>(window_.bits >> (64 - bits));
    Drop(bits);
    return value;
  }

  // The next symbol; 0, as in libjpeg-turbo, for a code that no symbol has.
  int TakeSymbol(const JpegHuffmanTable& table) {
    const JpegHuffmanTable::Code code = table.codes[Look()];
    if (code.bits != 0) {
      Drop(code.bits);
      return code.symbol;
    }
    int length = kLookBits + 1;
    while (static_cast<int>(window_.bits >> (64 - length)) > table.max_code[length]) ++length;
    const int value = Take(length);
    return length > kMaxCodeBits ? 0 : table.symbols[(value + table.value_offset[length]) & 0xFF];
  }

  void Save(JpegBitWindow& window) const {
    window = window_;
    image_->src->next_input_byte = next_;
    image_->src->bytes_in_buffer = static_cast<size_t>(end_ - next_);
  }

 private:
  // Removes the zero stuffed after a byte 0xFF, and ends the data at a marker.
  bool RefillByByte() {
    while (window_.count <= 56) {
      if (image_->unread_marker != 0) {
        Pad();
        return true;
      }
      int byte = 0;
      if (!TakeByte(byte)) return false;
      if (byte == 0xFF) {
        while (byte == 0xFF) {
          if (!TakeByte(byte)) return false;
        }
        if (byte != 0) {
          image_->unread_marker = byte;
          continue;
        }
        byte = 0xFF;
      }
      window_.bits |= static_cast<uint64_t>(byte) << (56 - window_.count);
      window_.count += 8;
    }
    return true;
  }

  void Pad() {
    window_.padding += 64 - window_.count;
    window_.count = 64;
  }

  bool TakeByte(int& byte) {
    if (next_ == end_ && !OpenMore()) return false;
    byte = *next_++;
    return true;
  }

  // jpeg_skip_scanlines does not repeat a call that asked for more data, so we fetch it ourselves.
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

// The difference to the component's last DC coefficient.
bool DecodeDc(BitReader& reader, const JpegHuffmanTable& table, int& difference) {
  if (!reader.Refill()) return false;
  const JpegHuffmanTable::Coefficient entry = table.coefficients[reader.Look()];
  if (entry.bits != 0) {
    reader.Drop(entry.bits);
    difference = entry.value;
    return true;
  }
  const int size = reader.TakeSymbol(table) & 15;
  difference = size == 0 ? 0 : Extend(reader.Take(size), size);
  return true;
}

bool DecodeAc(BitReader& reader, const JpegHuffmanTable& table, JCOEF* block) {
  for (int k = 1; k < DCTSIZE2; ++k) {
    if (!reader.Refill()) return false;
    const JpegHuffmanTable::Coefficient entry = table.coefficients[reader.Look()];
    if (entry.bits != 0) [[likely]] {
      reader.Drop(entry.bits);
      k += entry.run;
      // A run alone stores its zero where nothing was stored yet, which spares a branch.
      block[kNaturalOrder[k]] = entry.value;
      continue;
    }
    const int symbol = reader.TakeSymbol(table);
    const int size = symbol & 15;
    const int run = symbol >> 4;
    if (size == 0 && run != 15) break;
    k += run;
    if (size > 0) block[kNaturalOrder[k]] = static_cast<JCOEF>(Extend(reader.Take(size), size));
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
    BuildTable(*image->dc_huff_tbl_ptrs[dc], /*is_dc=*/true, dc_tables_[dc]);
    BuildTable(*image->ac_huff_tbl_ptrs[ac], /*is_dc=*/false, ac_tables_[ac]);
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
  BitReader reader(image, window_);
  std::array<int, MAX_COMPS_IN_SCAN> last_dc = last_dc_;
  for (int i = 0; i < image->blocks_in_MCU; ++i) {
    const int index = image->MCU_membership[i];
    const jpeg_component_info& component = *image->cur_comp_info[index];
    JCOEF* block = blocks != nullptr ? *blocks[i] : unwanted;
    int difference = 0;
    if (!DecodeDc(reader, dc_tables_[component.dc_tbl_no], difference)) return false;
    // Damaged data can add up beyond an int; the sum wraps.
    last_dc[index] =
        static_cast<int>(static_cast<unsigned>(last_dc[index]) + static_cast<unsigned>(difference));
    block[0] = static_cast<JCOEF>(last_dc[index]);
    if (!DecodeAc(reader, ac_tables_[component.ac_tbl_no], block)) return false;
  }
  last_dc_ = last_dc;
  reader.Save(window_);
  if (window_.count < window_.padding) insufficient_data = TRUE;
  return true;
}

}  // namespace tensorfs
