// SPDX-License-Identifier: MIT
#include "codec/zstd_frame.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <random>
#include <vector>

namespace tensorfs {
namespace {

using Bytes = std::vector<uint8_t>;

constexpr size_t kFrameBytes = 50'000;

Bytes Compressed(const Bytes& bytes, ZstdMatches matches) {
  Bytes out(ZstdFrameBound(bytes.size()));
  const auto written = ZstdCompress(bytes, 1, matches, out);
  EXPECT_TRUE(written);
  out.resize(written.value_or(0));
  return out;
}

// As a photograph's are: small, more often than not, and never the same twice.
Bytes PhotographDifferences(double deviation) {
  std::mt19937 random(1);
  std::normal_distribution<double> difference(0, deviation);
  Bytes bytes(kFrameBytes);
  std::ranges::generate(bytes,
                        [&] { return static_cast<uint8_t>(std::lround(difference(random))); });
  return bytes;
}

// As a drawing's are: here and there one of a few edges, nothing between.
Bytes DrawingDifferences() {
  constexpr size_t kEdges = 8, kEdgeBytes = 40;
  std::mt19937 random(1);
  std::vector<Bytes> edges(kEdges, Bytes(kEdgeBytes));
  for (Bytes& edge : edges) std::ranges::generate(edge, [&] { return random() & 0xff; });
  Bytes bytes(kFrameBytes);
  for (size_t at = 0; at + kEdgeBytes < bytes.size(); at += 200 + random() % 100) {
    std::ranges::copy(edges[random() % kEdges], bytes.begin() + static_cast<ptrdiff_t>(at));
  }
  return bytes;
}

TEST(ZstdFrame, IsWhatWentIn) {
  for (const Bytes& bytes : {PhotographDifferences(6), DrawingDifferences(), Bytes{}, Bytes{7}}) {
    for (const ZstdMatches matches : {ZstdMatches::kAll, ZstdMatches::kFew}) {
      Bytes back(bytes.size());
      ASSERT_TRUE(ZstdDecompress(Compressed(bytes, matches), back));
      EXPECT_EQ(back, bytes);
    }
  }
}

TEST(ZstdFrame, OfAPhotographHasNoUseForShortMatches) {
  const Bytes bytes = PhotographDifferences(6);
  EXPECT_LE(Compressed(bytes, ZstdMatches::kFew).size(),
            Compressed(bytes, ZstdMatches::kAll).size());
}

// A second, more thorough frame is made of such, and is the larger one.
TEST(ZstdFrame, IsTheSameEachTime) {
  const Bytes bytes = PhotographDifferences(1);
  const Bytes first = Compressed(bytes, ZstdMatches::kFew);
  EXPECT_LT(first.size(), bytes.size() / 3);
  EXPECT_EQ(Compressed(bytes, ZstdMatches::kFew), first);
}

TEST(ZstdFrame, OfADrawingHasItsRepetitions) {
  const Bytes bytes = DrawingDifferences();
  EXPECT_LE(Compressed(bytes, ZstdMatches::kFew).size(),
            Compressed(bytes, ZstdMatches::kAll).size() * 11 / 10);
}

}  // namespace
}  // namespace tensorfs
