// SPDX-License-Identifier: MIT
// The PNG decoder against libpng's: written and read by it, every kind of intact PNG must come out
// the same here. (16-bit grey is left out: Pillow clips it, libpng takes its high byte.)
#include <gtest/gtest.h>
#include <png.h>

#include <cstring>
#include <random>
#include <string>
#include <vector>

#include "codec/image_decoder.h"

namespace tensorfs {
namespace {

using Bytes = std::vector<uint8_t>;

struct PngKind {
  int colour_type;
  int bit_depth;
  bool interlaced;
};

std::vector<PngKind> EveryKind() {
  const std::vector<std::pair<int, std::vector<int>>> depths = {
      {PNG_COLOR_TYPE_GRAY, {1, 2, 4, 8}},    {PNG_COLOR_TYPE_RGB, {8, 16}},
      {PNG_COLOR_TYPE_PALETTE, {1, 2, 4, 8}}, {PNG_COLOR_TYPE_GRAY_ALPHA, {8}},
      {PNG_COLOR_TYPE_RGB_ALPHA, {8, 16}},
  };
  std::vector<PngKind> kinds;
  for (const auto& [colour_type, bit_depths] : depths) {
    for (const int bit_depth : bit_depths) {
      kinds.push_back({colour_type, bit_depth, false});
      kinds.push_back({colour_type, bit_depth, true});
    }
  }
  return kinds;
}

Bytes RandomBytes(size_t size) {
  std::minstd_rand random(static_cast<unsigned>(size));
  Bytes bytes(size);
  for (uint8_t& byte : bytes) byte = static_cast<uint8_t>(random() >> 8);
  return bytes;
}

void AppendTo(png_structp png, png_bytep data, size_t size) {
  auto* file = static_cast<Bytes*>(png_get_io_ptr(png));
  file->insert(file->end(), data, data + size);
}

void Write(png_structp png, png_infop info, const PngKind& kind, ImageSize size, Bytes& pixels) {
  png_set_IHDR(png, info, size.width, size.height, kind.bit_depth, kind.colour_type,
               kind.interlaced ? PNG_INTERLACE_ADAM7 : PNG_INTERLACE_NONE,
               PNG_COMPRESSION_TYPE_DEFAULT, PNG_FILTER_TYPE_DEFAULT);
  png_color palette[256];
  for (int i = 0; i < 256; ++i) {
    palette[i] = {static_cast<png_byte>(i), static_cast<png_byte>(i * 7),
                  static_cast<png_byte>(255 - i)};
  }
  if (kind.colour_type == PNG_COLOR_TYPE_PALETTE) {
    png_set_PLTE(png, info, palette, 1 << kind.bit_depth);
  }
  // All filters, so that the encoder's choice exercises each.
  png_set_filter(png, PNG_FILTER_TYPE_BASE, PNG_ALL_FILTERS);
  png_write_info(png, info);
  const size_t row_bytes = png_get_rowbytes(png, info);
  pixels = RandomBytes(row_bytes * size.height);
  std::vector<png_bytep> rows;
  for (int y = 0; y < size.height; ++y) rows.push_back(pixels.data() + y * row_bytes);
  png_write_image(png, rows.data());
  png_write_end(png, info);
}

Bytes MakeWithLibpng(const PngKind& kind, ImageSize size) {
  Bytes file;
  Bytes pixels;
  png_structp png = png_create_write_struct(PNG_LIBPNG_VER_STRING, nullptr, nullptr, nullptr);
  png_infop info = png_create_info_struct(png);
  png_set_write_fn(png, &file, AppendTo, nullptr);
  Write(png, info, kind, size, pixels);
  png_destroy_write_struct(&png, &info);
  return file;
}

struct Cursor {
  const Bytes* file;
  size_t at = 0;
};

void TakeFrom(png_structp png, png_bytep data, size_t size) {
  auto* cursor = static_cast<Cursor*>(png_get_io_ptr(png));
  ASSERT_LE(cursor->at + size, cursor->file->size());
  std::memcpy(data, cursor->file->data() + cursor->at, size);
  cursor->at += size;
}

Bytes ReadWithLibpng(const Bytes& file, ImageSize size) {
  Cursor cursor{&file};
  png_structp png = png_create_read_struct(PNG_LIBPNG_VER_STRING, nullptr, nullptr, nullptr);
  png_infop info = png_create_info_struct(png);
  png_set_read_fn(png, &cursor, TakeFrom);
  png_read_info(png, info);
  png_set_expand(png);
  png_set_strip_16(png);
  png_set_strip_alpha(png);
  png_set_gray_to_rgb(png);
  png_set_interlace_handling(png);
  png_read_update_info(png, info);
  Bytes rgb(size_t{3} * size.width * size.height);
  std::vector<png_bytep> rows;
  for (int y = 0; y < size.height; ++y) rows.push_back(rgb.data() + size_t{3} * size.width * y);
  png_read_image(png, rows.data());
  png_destroy_read_struct(&png, &info, nullptr);
  return rgb;
}

TEST(PngReference, EveryKindDecodesAsByLibpng) {
  for (const PngKind& kind : EveryKind()) {
    for (const ImageSize size : {ImageSize{1, 1}, ImageSize{3, 7}, ImageSize{61, 40}}) {
      SCOPED_TRACE("colour type " + std::to_string(kind.colour_type) + ", " +
                   std::to_string(kind.bit_depth) + " bits, width " + std::to_string(size.width) +
                   (kind.interlaced ? ", interlaced" : ""));
      const Bytes file = MakeWithLibpng(kind, size);
      const Result<ImageHeader> header = ReadImageHeader(file);
      ASSERT_TRUE(header);
      ASSERT_EQ(header->size, size);
      const Result<Image> image = DecodeImage(file, *header, Rect::Whole(size));
      ASSERT_TRUE(image) << image.error().message;
      const Bytes ours(image->bytes().begin(), image->bytes().end());
      EXPECT_EQ(ours, ReadWithLibpng(file, size));
    }
  }
}

}  // namespace
}  // namespace tensorfs
