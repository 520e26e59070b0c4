// SPDX-License-Identifier: MIT
#include "codec/resample.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>

#include "codec/simd_kernels.h"
#include "tests/codec/instruction_sets.h"

namespace tensorfs {
namespace {

constexpr Interpolation kFilters[] = {Interpolation::kBox, Interpolation::kBilinear,
                                      Interpolation::kHamming, Interpolation::kBicubic,
                                      Interpolation::kLanczos};

class ResampleTest : public testing::Test {
 protected:
  int Draw(int first, int last) { return std::uniform_int_distribution<>(first, last)(rng_); }

  Image RandomImage(const Rect& window, int channels) {
    Image image(window, channels);
    std::generate(image.bytes().begin(), image.bytes().end(), [&] { return Draw(0, 255); });
    return image;
  }

  Rect RandomWindow(ImageSize size) {
    const int left = Draw(0, size.width - 1);
    const int top = Draw(0, size.height - 1);
    return {left, top, Draw(left + 1, size.width), Draw(top + 1, size.height)};
  }

  std::mt19937 rng_{20220612};
};

Image Part(const Image& whole, const Rect& window) {
  Image part(window, whole.channels());
  for (int y = window.top; y < window.bottom; ++y) {
    std::copy_n(whole.Row(y) + window.left * whole.channels(), part.row_bytes(), part.Row(y));
  }
  return part;
}

// One pass, pixel by pixel, along the columns or the rows.
Image NaivePass(const ResampleAxis& axis, const Image& input, bool columns) {
  if (!axis.changes()) return Part(input, input.window());
  const Taps taps = ComputeTaps(axis, {0, axis.output}, 0);
  Rect window = input.window();
  (columns ? window.right : window.bottom) = axis.output;
  Image output(window, input.channels());
  for (int y = 0; y < window.bottom; ++y) {
    for (int x = 0; x < window.right; ++x) {
      const int position = columns ? x : y;
      const Taps::Span span = taps.spans[position];
      for (int channel = 0; channel < input.channels(); ++channel) {
        int64_t sum = 1 << (kWeightBits - 1);
        for (int tap = 0; tap < span.count; ++tap) {
          const int source_x = columns ? span.first + tap : x;
          const int source_y = columns ? y : span.first + tap;
          sum += int64_t{taps.weights[position * taps.stride + tap]} *
                 input.Row(source_y)[source_x * input.channels() + channel];
        }
        output.Row(y)[x * input.channels() + channel] =
            static_cast<uint8_t>(std::clamp<int64_t>(sum >> kWeightBits, 0, 255));
      }
    }
  }
  return output;
}

Image NaiveResample(const Resampling& resampling, const Image& input) {
  return NaivePass(resampling.vertical, NaivePass(resampling.horizontal, input, true), false);
}

TEST_F(ResampleTest, WindowsEqualTheNaiveWholeInEveryInstructionSet) {
  ForEachInstructionSet([&] {
    for (int round = 0; round < 300; ++round) {
      const Interpolation filter = kFilters[round % std::size(kFilters)];
      const ImageSize from = {Draw(1, 150), Draw(1, 150)};
      const ImageSize to = {Draw(0, 3) == 0 ? from.width : Draw(1, 120), Draw(1, 120)};
      const Resampling resampling = {{from.width, to.width, filter},
                                     {from.height, to.height, filter}};
      const Image input = RandomImage(Rect::Whole(from), round % 2 == 0 ? 3 : 1);
      const Rect window = RandomWindow(to);
      const Image expected = Part(NaiveResample(resampling, input), window);
      const Rect needed = ResampleInputWindow(resampling, window);
      const Image got = Resample(resampling, Part(input, needed), window);
      ASSERT_EQ(got.window(), window);
      ASSERT_TRUE(std::ranges::equal(got.bytes(), expected.bytes()))
          << from.width << 'x' << from.height << " to " << to.width << 'x' << to.height;
    }
  });
}

TEST_F(ResampleTest, SumsBeyondTheRangeAreClampedInEveryInstructionSet) {
  // Lanczos overshoots at edges between black and white, on both sides.
  Image input({0, 0, 64, 64}, 3);
  for (int y = 0; y < 64; ++y) {
    std::fill_n(input.Row(y), 96, y < 32 ? 0 : 255);
    std::fill_n(input.Row(y) + 96, 96, y < 32 ? 255 : 0);
  }
  const Resampling resampling = {{64, 151, Interpolation::kLanczos},
                                 {64, 97, Interpolation::kLanczos}};
  const Image expected = NaiveResample(resampling, input);
  EXPECT_TRUE(std::ranges::count(expected.bytes(), 255) > 0);
  ForEachInstructionSet([&] {
    const Image got = Resample(resampling, Part(input, input.window()), Rect::Whole({151, 97}));
    EXPECT_TRUE(std::ranges::equal(got.bytes(), expected.bytes()));
  });
}

TEST_F(ResampleTest, WeightsOfTwoToOneBilinearAreKnown) {
  const Taps taps = ComputeTaps({8, 4, Interpolation::kBilinear}, {0, 4}, 0);
  // Distances 0.25, 0.75 to both sides of the centre: 3/8 and 1/8; at the border 3/7, 3/7, 1/7.
  const int32_t inner[] = {524288, 1572864, 1572864, 524288};
  EXPECT_EQ(taps.spans[1].first, 1);
  EXPECT_EQ(taps.spans[1].count, 4);
  EXPECT_TRUE(std::equal(std::begin(inner), std::end(inner), &taps.weights[taps.stride]));
  const int32_t border[] = {1797559, 1797559, 599186};
  EXPECT_EQ(taps.spans[0].first, 0);
  EXPECT_EQ(taps.spans[0].count, 3);
  EXPECT_TRUE(std::equal(std::begin(border), std::end(border), taps.weights.data()));
}

TEST_F(ResampleTest, TransposesAnyShapeInEveryInstructionSet) {
  ForEachInstructionSet([&] {
    for (int round = 0; round < 200; ++round) {
      const int rows = Draw(1, 70);
      const int columns = Draw(1, 70);
      const Image input = RandomImage({0, 0, columns, rows}, 1);
      Image output({0, 0, rows, columns}, 1);
      TransposeBytes({input.Row(0), input.row_bytes()}, rows, columns,
                     {output.Row(0), output.row_bytes()});
      for (int y = 0; y < rows; ++y) {
        for (int x = 0; x < columns; ++x) ASSERT_EQ(output.Row(x)[y], input.Row(y)[x]);
      }
    }
  });
}

TEST_F(ResampleTest, SplitsAndSwapsColoursInEveryInstructionSet) {
  ForEachInstructionSet([&] {
    for (int pixels = 1; pixels < 200; ++pixels) {
      const Image input = RandomImage({0, 0, pixels, 1}, 3);
      const uint8_t* rgb = input.Row(0);
      std::vector<uint8_t> planes(3 * pixels);
      std::vector<uint8_t> bgr(3 * pixels);
      SplitRgb(rgb, pixels, planes.data(), pixels);
      SwapRedAndBlue(rgb, pixels, bgr.data());
      for (int i = 0; i < pixels; ++i) {
        for (int channel = 0; channel < 3; ++channel) {
          ASSERT_EQ(planes[channel * pixels + i], rgb[3 * i + channel]);
          ASSERT_EQ(bgr[3 * i + channel], rgb[3 * i + 2 - channel]);
        }
      }
    }
  });
}

}  // namespace
}  // namespace tensorfs
