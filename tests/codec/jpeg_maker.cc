// SPDX-License-Identifier: MIT
#include "tests/codec/jpeg_maker.h"

#include <csetjmp>
#include <cstdlib>

#include "codec/libjpeg.h"

namespace tensorfs {
namespace {

struct Encoder {
  jpeg_compress_struct compressor = {};
  jpeg_error_mgr errors = {};
  std::jmp_buf on_error;
  unsigned char* out = nullptr;
  unsigned long out_bytes = 0;
  jpeg_scan_info scans[4] = {};

  ~Encoder() {
    jpeg_destroy_compress(&compressor);
    std::free(out);
  }
};

J_COLOR_SPACE GivenSpace(JpegKind::Colours colours) {
  switch (colours) {
    case JpegKind::kGrey:
      return JCS_GRAYSCALE;
    case JpegKind::kRgb:
    case JpegKind::kYcc:
      return JCS_RGB;
    default:
      return JCS_CMYK;
  }
}

J_COLOR_SPACE StoredSpace(JpegKind::Colours colours) {
  constexpr J_COLOR_SPACE kSpaces[] = {JCS_GRAYSCALE, JCS_RGB, JCS_YCbCr, JCS_CMYK, JCS_YCCK};
  return kSpaces[colours];
}

void Configure(Encoder& encoder, const JpegKind& kind, ImageSize size, int quality) {
  jpeg_compress_struct& compressor = encoder.compressor;
  compressor.image_width = size.width;
  compressor.image_height = size.height;
  compressor.input_components = ChannelsOf(kind.colours);
  compressor.in_color_space = GivenSpace(kind.colours);
  jpeg_set_defaults(&compressor);
  jpeg_set_colorspace(&compressor, StoredSpace(kind.colours));
  jpeg_set_quality(&compressor, quality, TRUE);
  compressor.arith_code = kind.arithmetic;
  compressor.restart_in_rows = kind.restart_rows;
  for (size_t i = 0; i + 1 < kind.sampling.size(); i += 2) {
    compressor.comp_info[i / 2].h_samp_factor = kind.sampling[i];
    compressor.comp_info[i / 2].v_samp_factor = kind.sampling[i + 1];
  }
  if (kind.progressive) {
    jpeg_simple_progression(&compressor);
  } else if (kind.separate_scans) {
    for (int i = 0; i < compressor.num_components; ++i) {
      encoder.scans[i] = {1, {i, 0, 0, 0}, 0, 63, 0, 0};
    }
    compressor.scan_info = encoder.scans;
    compressor.num_scans = compressor.num_components;
  }
}

bool Encode(Encoder& encoder, const JpegKind& kind, ImageSize size, int quality,
            const uint8_t* pixels) {
  jpeg_compress_struct& compressor = encoder.compressor;
  compressor.err = jpeg_std_error(&encoder.errors);
  encoder.errors.error_exit = [](j_common_ptr common) {
    std::longjmp(static_cast<Encoder*>(common->client_data)->on_error, 1);
  };
  compressor.client_data = &encoder;
  if (setjmp(encoder.on_error) != 0) return false;
  jpeg_create_compress(&compressor);
  jpeg_mem_dest(&compressor, &encoder.out, &encoder.out_bytes);
  Configure(encoder, kind, size, quality);
  jpeg_start_compress(&compressor, TRUE);
  const size_t row_bytes = static_cast<size_t>(size.width) * ChannelsOf(kind.colours);
  while (compressor.next_scanline < compressor.image_height) {
    auto* row = const_cast<uint8_t*>(pixels + row_bytes * compressor.next_scanline);
    jpeg_write_scanlines(&compressor, &row, 1);
  }
  jpeg_finish_compress(&compressor);
  return true;
}

}  // namespace

int ChannelsOf(JpegKind::Colours colours) {
  if (colours == JpegKind::kGrey) return 1;
  return colours == JpegKind::kCmyk || colours == JpegKind::kYcck ? 4 : 3;
}

std::vector<uint8_t> MakeJpeg(const JpegKind& kind, ImageSize size, int quality,
                              std::span<const uint8_t> pixels) {
  Encoder encoder;
  if (!Encode(encoder, kind, size, quality, pixels.data())) return {};
  return {encoder.out, encoder.out + encoder.out_bytes};
}

}  // namespace tensorfs
