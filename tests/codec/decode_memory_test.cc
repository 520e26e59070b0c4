// SPDX-License-Identifier: MIT
// DecodeMemoryBytes is a promise to whoever budgets memory: measured here.
#include <gtest/gtest.h>

#include <random>

#include "codec/image_decoder.h"
#include "tests/codec/heap_meter.h"
#include "tests/codec/jpeg_maker.h"
#include "tests/codec/png_maker.h"

namespace tensorfs {
namespace {

using Bytes = std::vector<uint8_t>;

size_t MeasuredBytes(const Bytes& file, const ImageHeader& header, const Rect& window) {
  return PeakHeapBytes([&] { EXPECT_TRUE(DecodeImage(file, header, window).has_value()); });
}

void ExpectWithinBound(const Bytes& file, const Rect& window) {
  const auto header = ReadImageHeader(file);
  ASSERT_TRUE(header.has_value()) << header.error().message;
  EXPECT_LE(MeasuredBytes(file, *header, window), DecodeMemoryBytes(*header, window));
}

Bytes MakePlainJpeg(const JpegKind& kind, ImageSize size) {
  const Bytes pixels(static_cast<size_t>(size.width) * size.height * ChannelsOf(kind.colours), 99);
  return MakeJpeg(kind, size, 90, pixels);
}

std::vector<JpegKind> AllKinds() {
  std::vector<JpegKind> kinds;
  const std::vector<std::vector<uint8_t>> samplings = {
      {}, {2, 2, 1, 1, 1, 1}, {4, 2, 1, 1, 1, 1}, {1, 4, 1, 1, 1, 2}, {1, 1, 2, 2, 1, 1},
  };
  for (const auto colours : {JpegKind::kGrey, JpegKind::kYcc, JpegKind::kYcck}) {
    for (const auto& sampling : samplings) {
      for (const bool progressive : {false, true}) {
        JpegKind kind;
        kind.colours = colours;
        kind.progressive = progressive;
        kind.sampling = sampling;
        kind.sampling.resize(std::min(kind.sampling.size(), size_t{2} * ChannelsOf(colours)));
        kinds.push_back(kind);
      }
    }
  }
  return kinds;
}

TEST(DecodeMemory, IsWithinTheBoundForEveryKindOfJpeg) {
  int files = 0;
  for (const JpegKind& kind : AllKinds()) {
    for (const ImageSize size : {ImageSize{1, 1}, ImageSize{333, 7}, ImageSize{65, 500},
                                 ImageSize{500, 375}, ImageSize{4001, 3}, ImageSize{1025, 513}}) {
      const Bytes file = MakePlainJpeg(kind, size);
      if (file.empty()) continue;  // factors that libjpeg does not write
      ++files;
      ExpectWithinBound(file, Rect::Whole(size));
      ExpectWithinBound(file, {size.width / 2, size.height / 2, size.width, size.height});
    }
  }
  EXPECT_GT(files, 100);
}

TEST(DecodeMemory, IsNotFarBelowTheBoundForACommonJpeg) {
  JpegKind kind;
  kind.sampling = {2, 2, 1, 1, 1, 1};
  const ImageSize size = {500, 375};
  const Bytes file = MakePlainJpeg(kind, size);
  const auto header = ReadImageHeader(file);
  const Rect window = Rect::Whole(size);
  EXPECT_GE(2 * MeasuredBytes(file, *header, window), DecodeMemoryBytes(*header, window));
}

TEST(DecodeMemory, IsWithinTheBoundForEveryKindOfPng) {
  const std::pair<int, int> kinds[] = {{0, 1}, {0, 16}, {2, 8}, {2, 16}, {3, 8}, {4, 16}, {6, 16}};
  constexpr int kChannels[] = {1, 0, 3, 1, 2, 0, 4};
  for (const auto& [colour, depth] : kinds) {
    for (const bool interlaced : {false, true}) {
      const ImageSize size = {701, 403};
      const size_t row_bytes = (size_t{701} * kChannels[colour] * depth + 7) / 8;
      // Zeros are a picture, interlaced or not; the interlaced one has more filter bytes.
      const Bytes rows((row_bytes + 2) * 403 * 2);
      const Bytes file = MakePng({MakePngHeader(701, 403, depth, colour, interlaced),
                                  MakePngChunk("IDAT", Deflate(rows))});
      ExpectWithinBound(file, Rect::Whole(size));
      ExpectWithinBound(file, {350, 200, 351, 201});
    }
  }
}

TEST(DecodeMemory, IsWithinTheBoundForALargeProfileAndText) {
  const Bytes payload = Join({{'k', 0, 0}, Deflate(Bytes(1 << 20, 'x'))});
  const Bytes rows(size_t{61} * 20);
  const Bytes data = MakePngChunk("IDAT", Deflate(rows));
  const Bytes header = MakePngHeader(20, 20, 8, 2, false);
  ExpectWithinBound(
      MakePng({header, MakePngChunk("iCCP", payload), data, MakePngChunk("zTXt", payload)}),
      {0, 0, 20, 20});
}

}  // namespace
}  // namespace tensorfs
