// SPDX-License-Identifier: MIT
// Images made to crash, hang or exhaust a decoder.
#include <gtest/gtest.h>

#include "codec/image_decoder.h"
#include "tests/codec/jpeg_maker.h"
#include "tests/codec/png_maker.h"

namespace tensorfs {
namespace {

using Bytes = std::vector<uint8_t>;

Result<Image> DecodeWhole(const Bytes& file) {
  const auto header = ReadImageHeader(file);
  if (!header) return tl::unexpected(header.error());
  return DecodeImage(file, *header, Rect::Whole(header->size));
}

ErrorCode CodeOf(const Bytes& file) {
  const auto image = DecodeWhole(file);
  EXPECT_FALSE(image.has_value());
  return image ? ErrorCode::kBusy : image.error().code;
}

Bytes MakeNoisyJpeg(const JpegKind& kind) {
  Bytes pixels(size_t{24} * 17 * ChannelsOf(kind.colours));
  uint32_t state = 1;
  for (uint8_t& pixel : pixels) pixel = static_cast<uint8_t>((state = state * 1664525 + 7) >> 24);
  return MakeJpeg(kind, {24, 17}, 70, pixels);
}

std::vector<Bytes> SmallImages() {
  std::vector<Bytes> images = {MakeSmallPng(13, 5)};
  for (const bool progressive : {false, true}) {
    for (const bool arithmetic : {false, true}) {
      JpegKind kind;
      kind.progressive = progressive;
      kind.arithmetic = arithmetic;
      images.push_back(MakeNoisyJpeg(kind));
    }
  }
  JpegKind restarts;
  restarts.restart_rows = 1;
  images.push_back(MakeNoisyJpeg(restarts));
  return images;
}

// Decodes and, if it works, decodes a window, which must work as well and give the same pixels.
void CheckWindowAgrees(const Bytes& file) {
  const auto whole = DecodeWhole(file);
  const auto header = ReadImageHeader(file);
  if (!header || header->size.width < 8 || header->size.height < 4) return;
  const Rect window = {3, 1, 7, 3};
  const auto part = DecodeImage(file, *header, window);
  ASSERT_EQ(part.has_value(), whole.has_value());
  if (!whole) return;
  for (int y = window.top; y < window.bottom; ++y) {
    const uint8_t* expected = whole->Row(y) + 3 * window.left;
    ASSERT_TRUE(std::equal(part->Row(y), part->Row(y) + part->row_bytes(), expected)) << y;
  }
}

TEST(HostileImage, AgreesWithItsWindowWhereverItEnds) {
  for (const Bytes& image : SmallImages()) {
    for (size_t length = 0; length < image.size(); ++length) {
      // A copy of just this size, so that the address sanitizer sees every byte too many.
      CheckWindowAgrees(Bytes(image.begin(), image.begin() + length));
    }
  }
}

TEST(HostileImage, AgreesWithItsWindowWhicheverByteIsChanged) {
  for (const Bytes& image : SmallImages()) {
    for (size_t i = 0; i < image.size(); ++i) {
      for (const int change : {0x01, 0x10, 0x80, 0xFF}) {
        Bytes damaged = image;
        damaged[i] ^= static_cast<uint8_t>(change);
        // Whoever changes the header to millions of pixels gets what he asks for, but not here.
        const auto header = ReadImageHeader(damaged);
        if (header && header->size.width * header->size.height > 1'000'000) continue;
        CheckWindowAgrees(damaged);
        if (HasFatalFailure()) FAIL() << "byte " << i;
      }
    }
  }
}

// Repeats the last of a progressive image's scans.
Bytes WithExtraScans(int count) {
  JpegKind kind;
  kind.progressive = true;
  Bytes image = MakeNoisyJpeg(kind);
  size_t last_scan = 0;
  for (size_t i = 0; i + 1 < image.size(); ++i) {
    if (image[i] == 0xFF && image[i + 1] == 0xDA) last_scan = i;
  }
  const Bytes scan(image.begin() + static_cast<ptrdiff_t>(last_scan), image.end() - 2);
  image.resize(last_scan);
  return Join({image, Repeat(scan, count + 1), {0xFF, 0xD9}});
}

TEST(HostileImage, IsRefusedForMoreThan500Scans) {
  EXPECT_TRUE(DecodeWhole(WithExtraScans(400)).has_value());
  EXPECT_EQ(CodeOf(WithExtraScans(600)), ErrorCode::kTooLarge);
}

TEST(HostileImage, IsRefusedForAChunkOfFourGigabytes) {
  Bytes png = MakeSmallPng(3, 3);
  png[8] = 0xFF;
  EXPECT_EQ(CodeOf(png), ErrorCode::kTruncated);
}

TEST(HostileImage, IsReadDespiteAMillionChunks) {
  const Bytes chunks = Repeat(MakePngChunk("tEXt", {}), 1'000'000);
  const Bytes data = MakePngChunk("IDAT", Deflate(Bytes(4)));
  EXPECT_TRUE(DecodeWhole(MakePng({MakePngHeader(1, 1, 8, 2, false), chunks, data})).has_value());
  EXPECT_TRUE(DecodeWhole(MakePng({MakePngHeader(1, 1, 8, 2, false), data, chunks})).has_value());
}

TEST(HostileImage, IsRefusedForTextThatInflatesWithoutEnd) {
  const Bytes payload = Join({{'k', 0, 0}, Deflate(Bytes(64 << 20))});
  const Bytes header = MakePngHeader(1, 1, 8, 2, false);
  const Bytes data = MakePngChunk("IDAT", Deflate(Bytes(4)));
  for (const char* type : {"zTXt", "iCCP"}) {
    const Bytes chunk = MakePngChunk(type, payload);
    EXPECT_EQ(CodeOf(MakePng({header, chunk, data})), ErrorCode::kTooLarge);
    EXPECT_EQ(CodeOf(MakePng({header, data, chunk})), ErrorCode::kTooLarge);
  }
}

TEST(HostileImage, IsRefusedForMoreTextThanPillowKeeps) {
  const Bytes one = MakePngChunk("zTXt", Join({{'k', 0, 0}, Deflate(Bytes(1 << 20, 'x'))}));
  const Bytes header = MakePngHeader(1, 1, 8, 2, false);
  const Bytes data = MakePngChunk("IDAT", Deflate(Bytes(4)));
  EXPECT_TRUE(DecodeWhole(MakePng({header, Repeat(one, 64), data})).has_value());
  EXPECT_EQ(CodeOf(MakePng({header, Repeat(one, 65), data})), ErrorCode::kTooLarge);
}

TEST(HostileImage, IsReadOnlyAsFarAsItsRowsGo) {
  const Bytes png =
      MakePng({MakePngHeader(2, 2, 8, 2, false), MakePngChunk("IDAT", Deflate(Bytes(64 << 20)))});
  const auto image = DecodeWhole(png);
  ASSERT_TRUE(image.has_value()) << "Pillow stops behind the last row, too";
  EXPECT_EQ(image->bytes().size(), 12u);
}

TEST(HostileImage, IsRefusedForImageDataOfNoBytes) {
  const Bytes chunks = Repeat(MakePngChunk("IDAT", {}), 100'000);
  EXPECT_EQ(CodeOf(MakePng({MakePngHeader(1, 1, 8, 2, false), chunks})), ErrorCode::kTruncated);
}

}  // namespace
}  // namespace tensorfs
