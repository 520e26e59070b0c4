// SPDX-License-Identifier: MIT
#include "codec/jpeg_huffman.h"

#include <gtest/gtest.h>

#include <csetjmp>
#include <memory>
#include <random>
#include <vector>

#include "tests/codec/jpeg_maker.h"

namespace tensorfs {
namespace {

using File = std::vector<uint8_t>;

struct Decoded {
  bool attached = false;
  bool complete = false;
  std::vector<uint8_t> pixels;
};

struct Errors : jpeg_error_mgr {
  std::jmp_buf on_error;
};

Errors QuietErrors() {
  Errors errors;
  jpeg_std_error(&errors);
  errors.error_exit = [](j_common_ptr image) {
    std::longjmp(static_cast<Errors*>(image->err)->on_error, 1);
  };
  errors.emit_message = [](j_common_ptr, int) {};
  return errors;
}

// Below a setjmp, so it owns nothing that a longjmp would leak.
void DecodeInto(jpeg_decompress_struct& image, const File& file, JpegHuffmanDecoder* huffman,
                Decoded& decoded) {
  jpeg_mem_src(&image, file.data(), file.size());
  jpeg_read_header(&image, TRUE);
  jpeg_start_decompress(&image);
  if (huffman != nullptr) decoded.attached = huffman->Attach(&image);
  const size_t row_bytes = size_t{image.output_width} * image.output_components;
  decoded.pixels.resize(row_bytes * image.output_height);
  while (image.output_scanline < image.output_height) {
    uint8_t* row = decoded.pixels.data() + row_bytes * image.output_scanline;
    jpeg_read_scanlines(&image, &row, 1);
  }
  decoded.complete = true;
}

Decoded Decode(const File& file, JpegHuffmanDecoder* huffman) {
  Decoded decoded;
  Errors errors = QuietErrors();
  jpeg_decompress_struct image = {};
  image.err = &errors;
  jpeg_create_decompress(&image);
  if (setjmp(errors.on_error) == 0) DecodeInto(image, file, huffman, decoded);
  jpeg_destroy_decompress(&image);
  return decoded;
}

Decoded DecodeWithOurs(const File& file) {
  const auto huffman = std::make_unique<JpegHuffmanDecoder>();
  return Decode(file, huffman.get());
}

File Noise(const JpegKind& kind, ImageSize size, int quality) {
  std::mt19937 random(size.width * 31 + quality);
  File pixels(static_cast<size_t>(size.width) * size.height * ChannelsOf(kind.colours));
  int level = 128;
  for (uint8_t& pixel : pixels) {
    level = (level + static_cast<int>(random() % 41) - 20) & 255;
    pixel = static_cast<uint8_t>(level);
  }
  return MakeJpeg(kind, size, quality, pixels);
}

void ExpectSame(const File& file) {
  const Decoded theirs = Decode(file, nullptr);
  const Decoded ours = DecodeWithOurs(file);
  ASSERT_EQ(ours.complete, theirs.complete);
  if (theirs.complete) {
    ASSERT_EQ(ours.pixels, theirs.pixels);
  }
}

TEST(JpegHuffman, GivesTheCoefficientsOfLibjpegForEveryQualityAndSampling) {
  const std::vector<std::vector<uint8_t>> samplings = {
      {1, 1, 1, 1, 1, 1}, {2, 2, 1, 1, 1, 1}, {2, 1, 1, 1, 1, 1}, {1, 2, 1, 1, 1, 1}};
  for (const auto& sampling : samplings) {
    for (const int quality : {1, 10, 50, 75, 95, 100}) {
      JpegKind kind;
      kind.sampling = sampling;
      const File file = Noise(kind, {83, 61}, quality);
      ASSERT_TRUE(DecodeWithOurs(file).attached);
      ExpectSame(file);
    }
  }
}

TEST(JpegHuffman, TakesGreyAndFourComponents) {
  for (const auto colours : {JpegKind::kGrey, JpegKind::kRgb, JpegKind::kCmyk, JpegKind::kYcck}) {
    JpegKind kind;
    kind.colours = colours;
    const File file = Noise(kind, {50, 40}, 90);
    ASSERT_TRUE(DecodeWithOurs(file).attached);
    ExpectSame(file);
  }
}

TEST(JpegHuffman, LeavesOtherKindsToLibjpeg) {
  std::vector<JpegKind> kinds(4);
  kinds[0].progressive = true;
  kinds[1].arithmetic = true;
  kinds[2].separate_scans = true;
  kinds[3].restart_rows = 1;
  for (const JpegKind& kind : kinds) {
    const File file = Noise(kind, {50, 40}, 90);
    EXPECT_FALSE(DecodeWithOurs(file).attached);
    ExpectSame(file);
  }
}

size_t StartOfData(const File& file) {
  for (size_t i = 0; i + 1 < file.size(); ++i) {
    if (file[i] == 0xFF && file[i + 1] == 0xDA) return i + 14;
  }
  return 0;
}

TEST(JpegHuffman, GivesWhatLibjpegGivesForFlippedBits) {
  const File intact = Noise({}, {97, 64}, 85);
  const size_t start = StartOfData(intact);
  std::mt19937 random(7);
  for (int round = 0; round < 3000; ++round) {
    File file = intact;
    const size_t at = start + random() % (file.size() - start - 3);
    file[at] ^= static_cast<uint8_t>(1u << (random() % 8));
    ExpectSame(file);
    if (HasFatalFailure()) FAIL() << "byte " << at << " in round " << round;
  }
}

}  // namespace
}  // namespace tensorfs
