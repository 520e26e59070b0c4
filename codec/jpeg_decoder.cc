// SPDX-License-Identifier: MIT
#include "codec/jpeg_decoder.h"

#include <algorithm>
#include <cstring>
#include <memory>

#include "codec/jpeg_huffman.h"
#include "codec/jpeg_session.h"
#include "codec/pillow_convert.h"

namespace tensorfs {
namespace {

using Bytes = std::span<const uint8_t>;

bool EndsWithEndOfImage(Bytes file) {
  return file.size() >= 2 && file[file.size() - 2] == 0xFF && file.back() == JPEG_EOI;
}

struct Session : JpegSession {
  Session(Bytes file, const ImageHeader& image_header, const Rect& wanted, uint8_t* row_scratch)
      : JpegSession(file, image_header),
        has_end_marker(EndsWithEndOfImage(file)),
        window(wanted),
        scratch(row_scratch) {}

  JpegHuffmanDecoder huffman;
  const bool has_end_marker;
  const Rect& window;
  uint8_t* scratch;        // one row of the whole image, 4 bytes a pixel
  Image* image = nullptr;  // where the window goes
  int columns_left = 0;    // the first column that libjpeg gives out
};

// Reads all scans, if there are several.
void Start(Session& session) {
  jpeg_decompress_struct& decompressor = session.decompressor;
  decompressor.out_color_space = session.header.components == 4 ? JCS_CMYK : JCS_RGB;
  while (!jpeg_start_decompress(&decompressor)) {
    if (!session.source.Continue()) AbortTruncated(session);
  }
  if (session.has_end_marker) session.huffman.Attach(&decompressor);
}

// Whether libjpeg may smooth blocks whose low coefficients no scan made exact. That draws on blocks
// around them which a cropped or skipping decoder does not have.
bool MaySmoothBlocks(const jpeg_decompress_struct& decompressor) {
  constexpr int kCoefficientsThatMatter = 10;
  if (!decompressor.progressive_mode || decompressor.coef_bits == nullptr) return false;
  for (int component = 0; component < decompressor.num_components; ++component) {
    const int* bits = decompressor.coef_bits[component];
    if (std::any_of(bits + 1, bits + kCoefficientsThatMatter, [](int b) { return b != 0; })) {
      return true;
    }
  }
  return false;
}

void CropColumns(Session& session) {
  const Rect& window = session.window;
  const int image_width = session.header.size.width;
  const int right =
      std::min(std::max(window.right + kJpegUpsamplingReach, kMinJpegColumns), image_width);
  JDIMENSION left =
      std::max(std::min(window.left - kJpegUpsamplingReach, right - kMinJpegColumns), 0);
  JDIMENSION width = right - left;
  jpeg_crop_scanline(&session.decompressor, &left, &width);
  session.columns_left = static_cast<int>(left);
}

void ReadRow(Session& session, uint8_t* row) {
  while (jpeg_read_scanlines(&session.decompressor, &row, 1) != 1) {
    if (!session.source.Continue()) AbortTruncated(session);
  }
}

void ReadWindow(Session& session) {
  jpeg_decompress_struct& decompressor = session.decompressor;
  const Rect& window = session.window;
  if (!MaySmoothBlocks(decompressor)) {
    CropColumns(session);
    jpeg_skip_scanlines(&decompressor, window.top);
  }
  while (static_cast<int>(decompressor.output_scanline) < window.top) {
    ReadRow(session, session.scratch);
  }
  const size_t offset = window.left - session.columns_left;
  for (int y = window.top; y < window.bottom; ++y) {
    ReadRow(session, session.scratch);
    if (session.header.components == 4) {
      InvertedCmykToRgb(session.scratch + 4 * offset, window.width(), session.image->Row(y));
    } else {
      std::memcpy(session.image->Row(y), session.scratch + 3 * offset, session.image->row_bytes());
    }
  }
}

// Whether nothing but entropy-coded data and restart markers comes before the end-of-image marker.
bool RunsToEndOfImage(Bytes data) {
  const uint8_t* const end = data.data() + data.size();
  const uint8_t* byte = data.data();
  for (;;) {
    byte = static_cast<const uint8_t*>(std::memchr(byte, 0xFF, end - byte));
    if (byte == nullptr) return false;
    while (byte != end && *byte == 0xFF) ++byte;
    if (byte == end) return false;
    if (*byte == JPEG_EOI) return true;
    const bool restart = *byte >= JPEG_RST0 && *byte < JPEG_RST0 + 8;
    if (*byte != 0 && !restart) return false;
  }
}

// Whether Pillow cannot fail any more. Damaged Huffman codes only make libjpeg warn; it fails for
// want of data, which cannot be before an end-of-image marker, and for odd markers. (Arithmetic
// codes fail at a block's end, too.)
bool RestCannotFail(const Session& session) {
  const jpeg_decompress_struct& decompressor = session.decompressor;
  const int marker = decompressor.unread_marker;
  if (marker == JPEG_EOI) return true;
  if (marker != 0 && (marker < JPEG_RST0 || marker >= JPEG_RST0 + 8)) return false;
  return RunsToEndOfImage(decompressor.arith_code ? session.source.RestOfBlock()
                                                  : session.source.Rest());
}

// Goes on until what is below the window is known to be good in Pillow's eyes. Pillow looks at the
// markers behind the picture, but does not mind if they end too early.
void CheckRest(Session& session) {
  jpeg_decompress_struct& decompressor = session.decompressor;
  if (session.header.multi_scan || RestCannotFail(session)) return;
  while (decompressor.output_scanline < decompressor.output_height) {
    ReadRow(session, session.scratch);
  }
  session.source.Freeze();
  jpeg_finish_decompress(&decompressor);
}

void Decode(Session& session) {
  OpenJpeg(session);
  Start(session);
  ReadWindow(session);
  CheckRest(session);
}

}  // namespace

Result<Image> DecodeJpeg(Bytes file, const ImageHeader& header, const Rect& window) {
  Image image(window, 3);
  // libjpeg-turbo writes aligned rows past the cache, from where copying the window costs more than
  // resampling it. So the rows are given an odd address.
  const auto scratch = std::make_unique_for_overwrite<uint8_t[]>(size_t{4} * header.size.width + 1);
  Session session(file, header, window, scratch.get() + 1);
  session.image = &image;
  if (!Guarded(session, Decode)) return session.Failure();
  return image;
}

size_t JpegMemoryBytes(const ImageHeader& header, const Rect& window) {
  // Components may be sampled at up to 4 × 4, so what is kept of them is padded to 32 samples.
  constexpr size_t kPadding = 32;
  // Of a component, the main controller keeps at most 4 × 10 rows and the upsampler 4.
  constexpr size_t kRowsKept = 44;
  constexpr size_t kFixedBytes = 256 << 10;
  const size_t components = header.components;
  const size_t width = (header.size.width + kPadding) / kPadding * kPadding;
  const size_t height = (header.size.height + kPadding) / kPadding * kPadding;
  const size_t coefficient_bytes = header.multi_scan ? components * width * height * 2 : 0;
  const size_t row_bytes = components * width * kRowsKept + size_t{4} * header.size.width;
  return Image::SizeBytes(window, 3) + coefficient_bytes + row_bytes + kFixedBytes;
}

}  // namespace tensorfs
