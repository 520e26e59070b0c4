// SPDX-License-Identifier: MIT
#include "codec/image_header.h"

#include <gtest/gtest.h>

#include <string_view>

#include "tests/codec/jpeg_maker.h"
#include "tests/codec/png_maker.h"

namespace tensorfs {
namespace {

using Bytes = std::vector<uint8_t>;

Bytes MakeSmallJpeg(const JpegKind& kind = {}) {
  const Bytes pixels(size_t{20} * 10 * ChannelsOf(kind.colours), 100);
  return MakeJpeg(kind, {20, 10}, 80, pixels);
}

Bytes FromText(std::string_view text) { return {text.begin(), text.end()}; }

Error ErrorOf(const Bytes& file) {
  const auto header = ReadImageHeader(file);
  EXPECT_FALSE(header.has_value());
  return header ? Error{} : header.error();
}

TEST(ImageHeader, TellsAJpeg) {
  JpegKind kind;
  kind.colours = JpegKind::kCmyk;
  const auto header = ReadImageHeader(MakeSmallJpeg(kind));
  ASSERT_TRUE(header.has_value());
  EXPECT_EQ(header->format, ImageFormat::kJpeg);
  EXPECT_EQ(header->size, (ImageSize{20, 10}));
  EXPECT_EQ(header->components, 4);
  EXPECT_FALSE(header->multi_scan);
}

TEST(ImageHeader, TellsJpegsOfSeveralScans) {
  JpegKind progressive, separate;
  progressive.progressive = true;
  separate.separate_scans = true;
  EXPECT_TRUE(ReadImageHeader(MakeSmallJpeg(progressive))->multi_scan);
  EXPECT_TRUE(ReadImageHeader(MakeSmallJpeg(separate))->multi_scan);
}

TEST(ImageHeader, TellsAPng) {
  const Bytes file = MakePng({MakePngHeader(7, 9, 8, 4, true), MakePngChunk("IDAT", {})});
  const auto header = ReadImageHeader(file);
  ASSERT_TRUE(header.has_value());
  EXPECT_EQ(header->format, ImageFormat::kPng);
  EXPECT_EQ(header->size, (ImageSize{7, 9}));
  EXPECT_EQ(header->components, 2);
  EXPECT_TRUE(header->multi_scan);
}

TEST(ImageHeader, AsksForMoreUntilTheHeaderIsComplete) {
  for (const Bytes& file : {MakeSmallJpeg(), MakeSmallPng(20, 10)}) {
    bool complete = false;
    for (size_t length = 0; length <= file.size(); ++length) {
      const auto header = ReadImageHeader(std::span(file).first(length));
      if (header) {
        complete = true;
        EXPECT_EQ(header->size, (ImageSize{20, 10}));
      } else {
        ASSERT_FALSE(complete) << length;
        ASSERT_EQ(header.error().code, ErrorCode::kTruncated) << length;
      }
    }
    EXPECT_TRUE(complete);
  }
}

TEST(ImageHeader, NamesWhatItDoesNotRead) {
  const std::pair<std::string_view, std::string_view> cases[] = {
      {"GIF89a", "GIF"},        {"BM\x10", "BMP"},       {"%PDF-1.4", "PDF"},
      {"hello, world", "text"}, {"\x01\x02", "unknown"}, {"\x93NUMPY", "NumPy"},
  };
  for (const auto& [content, name] : cases) {
    const Error error = ErrorOf(FromText(content));
    EXPECT_EQ(error.code, ErrorCode::kUnsupported) << content;
    EXPECT_NE(error.message.find(name), std::string::npos) << error.message;
  }
}

TEST(ImageHeader, RefusesAnEmptyFile) { EXPECT_EQ(ErrorOf({}).code, ErrorCode::kTruncated); }

TEST(ImageHeader, RefusesMorePixelsThanPillow) {
  Bytes jpeg = MakeSmallJpeg();
  for (size_t i = 0; i + 8 < jpeg.size(); ++i) {
    if (jpeg[i] == 0xFF && jpeg[i + 1] == 0xC0) {
      jpeg[i + 5] = jpeg[i + 7] = 65500 >> 8;
      jpeg[i + 6] = jpeg[i + 8] = 65500 & 0xFF;
      break;
    }
  }
  EXPECT_EQ(ErrorOf(jpeg).code, ErrorCode::kTooLarge);

  const Bytes data = MakePngChunk("IDAT", {});
  EXPECT_EQ(ErrorOf(MakePng({MakePngHeader(65500, 65500, 8, 2, false), data})).code,
            ErrorCode::kTooLarge);
  EXPECT_EQ(ErrorOf(MakePng({MakePngHeader(0xFFFFFFFF, 1, 8, 2, false), data})).code,
            ErrorCode::kTooLarge);
}

TEST(ImageHeader, RefusesPicturesWithoutSize) {
  const Bytes data = MakePngChunk("IDAT", {});
  EXPECT_EQ(ErrorOf(MakePng({MakePngHeader(0, 5, 8, 2, false), data})).code,
            ErrorCode::kUnsupported);
}

}  // namespace
}  // namespace tensorfs
