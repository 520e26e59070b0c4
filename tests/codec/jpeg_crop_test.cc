// SPDX-License-Identifier: MIT
#include "codec/jpeg_crop.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <string>

#include "codec/image_decoder.h"
#include "codec/libjpeg.h"
#include "tests/codec/jpeg_maker.h"

namespace tensorfs {
namespace {

using Bytes = std::vector<uint8_t>;

Bytes MakePicture(const JpegKind& kind, ImageSize size, int quality, uint32_t seed = 1) {
  std::mt19937 random(seed);
  Bytes pixels(static_cast<size_t>(size.width) * size.height * ChannelsOf(kind.colours));
  const auto channels = static_cast<size_t>(ChannelsOf(kind.colours));
  for (size_t i = 0; i < pixels.size(); ++i) {
    const size_t x = i / channels % size.width, y = i / channels / size.width;
    pixels[i] = static_cast<uint8_t>(3 * x + 2 * y + i % channels * 70 + (x / 5 + y / 7) % 2 * 60 +
                                     random() % 40);
  }
  return MakeJpeg(kind, size, quality, pixels);
}

ImageHeader HeaderOf(const Bytes& file) {
  const auto header = ReadImageHeader(file);
  EXPECT_TRUE(header.has_value());
  return *header;
}

// The window's pixels from the file and from the cut.
void ExpectSamePixels(const Bytes& file, const JpegCrop& crop, const Rect& window) {
  const auto expected = DecodeImage(file, HeaderOf(file), window);
  const ImageHeader cut_header = HeaderOf(crop.bytes);
  ASSERT_EQ(cut_header.size, crop.window.size());
  const Rect shifted = {window.left - crop.window.left, window.top - crop.window.top,
                        window.right - crop.window.left, window.bottom - crop.window.top};
  const auto got = DecodeImage(crop.bytes, cut_header, shifted);
  ASSERT_TRUE(expected.has_value());
  ASSERT_TRUE(got.has_value()) << got.error().message;
  ASSERT_TRUE(std::equal(got->bytes().begin(), got->bytes().end(), expected->bytes().begin(),
                         expected->bytes().end()));
}

Rect RandomWindow(std::mt19937& random, ImageSize size) {
  const auto draw = [&](int end) { return static_cast<int>(random() % end); };
  Rect window;
  window.left = draw(size.width);
  window.top = draw(size.height);
  if (draw(3) == 0) {  // block edges are where it goes wrong
    window.left = window.left / 8 * 8;
    window.top = window.top / 8 * 8;
  }
  window.right = window.left + 1 + draw(size.width - window.left);
  window.bottom = window.top + 1 + draw(size.height - window.top);
  return window;
}

std::vector<JpegKind> KindsOf(JpegKind::Colours colours, const std::vector<uint8_t>& sampling) {
  JpegKind kind;
  kind.colours = colours;
  kind.sampling = sampling;
  std::vector<JpegKind> kinds(6, kind);
  kinds[1].progressive = true;
  kinds[2].arithmetic = true;
  kinds[3].restart_rows = 1;
  kinds[4].separate_scans = true;
  kinds[5].progressive = kinds[5].arithmetic = true;
  return kinds;
}

std::vector<JpegKind> AllKinds() {
  std::vector<JpegKind> kinds;
  const auto add = [&](JpegKind::Colours colours, const std::vector<std::vector<uint8_t>>& all) {
    for (const auto& sampling : all) {
      for (const JpegKind& kind : KindsOf(colours, sampling)) kinds.push_back(kind);
    }
  };
  add(JpegKind::kGrey, {{}, {2, 2}, {1, 2}});
  add(JpegKind::kRgb, {{}});
  add(JpegKind::kYcc, {{1, 1, 1, 1, 1, 1},
                       {2, 1, 1, 1, 1, 1},
                       {2, 2, 1, 1, 1, 1},
                       {1, 2, 1, 1, 1, 1},
                       {4, 1, 1, 1, 1, 1},
                       {4, 2, 1, 1, 1, 1},
                       {2, 2, 2, 1, 1, 2},
                       {2, 2, 1, 2, 2, 1},
                       {1, 1, 2, 2, 1, 1},
                       {1, 4, 1, 1, 1, 2},
                       {3, 1, 1, 1, 1, 1}});
  add(JpegKind::kCmyk, {{}, {2, 2, 1, 1, 1, 1, 2, 2}});
  add(JpegKind::kYcck, {{}, {2, 2, 1, 1, 1, 1, 2, 2}, {2, 1, 1, 1, 1, 1, 2, 1}});
  return kinds;
}

// Cuts some windows out of the file and compares. Returns how many cuts there were.
int CheckWindows(const Bytes& file, std::mt19937& random, int windows) {
  const ImageHeader header = HeaderOf(file);
  int cuts = 0;
  for (int i = 0; i < windows; ++i) {
    const Rect window = RandomWindow(random, header.size);
    const auto crop = CropJpeg(file, header, window);
    if (!crop) {
      EXPECT_EQ(crop.error().code, ErrorCode::kUnsupported) << crop.error().message;
      continue;
    }
    ++cuts;
    EXPECT_LT(crop->bytes.size(), file.size());
    ExpectSamePixels(file, *crop, window);
  }
  return cuts;
}

TEST(JpegCrop, HasTheWindowsPixelsForEveryKindOfJpeg) {
  std::mt19937 random(1);
  int files = 0, cuts = 0;
  for (const JpegKind& kind : AllKinds()) {
    for (int round = 0; round < 3; ++round) {
      const ImageSize size = {1 + static_cast<int>(random() % 150),
                              1 + static_cast<int>(random() % 150)};
      const Bytes file = MakePicture(kind, size, round % 2 == 0 ? 75 : 95, random());
      if (file.empty()) continue;  // factors that libjpeg does not write
      ++files;
      cuts += CheckWindows(file, random, 5);
      ASSERT_FALSE(HasFatalFailure())
          << "colours " << kind.colours << ", sampling of the first "
          << (kind.sampling.empty() ? 0 : kind.sampling[0] * 10 + kind.sampling[1]) << ", "
          << size.width << "x" << size.height << ", progressive " << kind.progressive;
    }
  }
  EXPECT_GT(files, 250);
  EXPECT_GT(cuts, 900);
}

TEST(JpegCrop, HasThePixelsOfEveryWindowOfASmallImage) {
  JpegKind kind;
  kind.sampling = {2, 2, 1, 1, 1, 1};
  const Bytes file = MakePicture(kind, {37, 35}, 90);
  const ImageHeader header = HeaderOf(file);
  int cuts = 0;
  for (int first = 0; first < 35; ++first) {
    for (int last = first + 1; last <= 35; ++last) {
      for (const Rect& window : {Rect{first, 0, last, 35}, Rect{0, first, 37, last}}) {
        const auto crop = CropJpeg(file, header, window);
        if (!crop) continue;
        ++cuts;
        ExpectSamePixels(file, *crop, window);
        ASSERT_FALSE(HasFatalFailure()) << first << " to " << last;
      }
    }
  }
  EXPECT_GT(cuts, 500);
}

TEST(JpegCrop, KeepsWhatTheWindowNeedsAndNoMore) {
  JpegKind kind;
  kind.sampling = {2, 2, 1, 1, 1, 1};
  const Bytes file = MakePicture(kind, {500, 375}, 90);
  const auto crop = CropJpeg(file, HeaderOf(file), {100, 33, 400, 360});
  ASSERT_TRUE(crop.has_value());
  // Fancy upsampling looks one pixel further, so rows 32 to 360 are needed.
  EXPECT_EQ(crop->window, (Rect{96, 32, 416, 368}));
  EXPECT_LT(crop->bytes.size(), file.size() * 65 / 100);
}

TEST(JpegCrop, IsASingleSequentialScan) {
  JpegKind kind;
  kind.progressive = true;
  const Bytes file = MakePicture(kind, {200, 200}, 90);
  ASSERT_TRUE(HeaderOf(file).multi_scan);
  const auto crop = CropJpeg(file, HeaderOf(file), {50, 50, 100, 100});
  ASSERT_TRUE(crop.has_value());
  EXPECT_FALSE(HeaderOf(crop->bytes).multi_scan);
}

TEST(JpegCrop, LeavesOutMetadata) {
  Bytes file = MakePicture({}, {64, 64}, 90);
  Bytes comment = {0xFF, JPEG_COM, 0x10, 0x02};
  comment.resize(2 + 0x1002, 'x');
  file.insert(file.begin() + 2, comment.begin(), comment.end());
  const auto crop = CropJpeg(file, HeaderOf(file), Rect::Whole({64, 64}));
  ASSERT_TRUE(crop.has_value());
  EXPECT_LT(crop->bytes.size(), file.size() - comment.size() + 1);
}

TEST(JpegCrop, RefusesWhatWouldNotBecomeSmaller) {
  JpegKind kind;
  kind.arithmetic = true;
  const Bytes file = MakePicture(kind, {200, 200}, 90);
  const auto crop = CropJpeg(file, HeaderOf(file), Rect::Whole({200, 200}));
  ASSERT_FALSE(crop.has_value());
  EXPECT_EQ(crop.error().code, ErrorCode::kUnsupported);
}

TEST(JpegCrop, RefusesProgressiveFilesWhoseLastScansAreMissing) {
  JpegKind kind;
  kind.progressive = true;
  const Bytes whole = MakePicture(kind, {200, 200}, 90);
  const Bytes marker = {0xFF, 0xDA};
  const auto last = std::find_end(whole.begin(), whole.end(), marker.begin(), marker.end());
  Bytes file(whole.begin(), last);
  file.insert(file.end(), {0xFF, 0xD9});
  const ImageHeader header = HeaderOf(file);
  ASSERT_TRUE(DecodeImage(file, header, {0, 0, 20, 20}).has_value());
  const auto crop = CropJpeg(file, header, {0, 0, 20, 20});
  ASSERT_FALSE(crop.has_value());
  EXPECT_EQ(crop.error().code, ErrorCode::kUnsupported);
}

TEST(JpegCrop, RefusesFilesOfAnyLengthButTheWhole) {
  for (const bool progressive : {false, true}) {
    JpegKind kind;
    kind.progressive = progressive;
    const Bytes file = MakePicture(kind, {40, 40}, 60);
    const ImageHeader header = HeaderOf(file);
    ASSERT_TRUE(CropJpeg(file, header, {0, 0, 8, 8}).has_value());
    for (size_t length = 0; length < file.size(); ++length) {
      EXPECT_FALSE(CropJpeg(std::span(file).first(length), header, {0, 0, 8, 8}).has_value());
    }
  }
}

TEST(JpegCrop, OfADamagedFileHasItsPixelsOrIsRefused) {
  std::mt19937 random(3);
  int cuts = 0, refused = 0;
  for (const JpegKind& kind : KindsOf(JpegKind::kYcc, {2, 2, 1, 1, 1, 1})) {
    const Bytes intact = MakePicture(kind, {61, 47}, 60);
    for (size_t i = 2; i < intact.size(); ++i) {
      Bytes file = intact;
      file[i] ^= static_cast<uint8_t>(1u << (random() % 8));
      const auto header = ReadImageHeader(file);
      if (!header || header->size.width > 1000 || header->size.height > 1000) continue;
      const Rect window = RandomWindow(random, header->size);
      const auto crop = CropJpeg(file, *header, window);
      ++(crop ? cuts : refused);
      if (crop) ExpectSamePixels(file, *crop, window);
      ASSERT_FALSE(HasFatalFailure()) << "byte " << i << ", progressive " << kind.progressive;
    }
  }
  EXPECT_GT(cuts, 500);
  EXPECT_GT(refused, 500);
}

}  // namespace
}  // namespace tensorfs
