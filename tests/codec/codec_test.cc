// SPDX-License-Identifier: MIT
#include "codec/codec.h"

#include <gtest/gtest.h>

#include <vector>

namespace tensorfs {
namespace {

using Bytes = std::vector<uint8_t>;

// A frame that zstd did not compress: magic, sizes, block header, bytes.
Bytes PlainFrame(const Bytes& bytes) {
  const auto size = static_cast<uint8_t>(bytes.size());
  Bytes frame = {0x28, 0xB5, 0x2F, 0xFD, 0x20, size, static_cast<uint8_t>(size << 3 | 1), 0, 0};
  for (const uint8_t byte : bytes) frame.push_back(byte);
  return frame;
}

TEST(Codec, IsFoundByItsEncoding) {
  for (const Codec* codec : AllCodecs()) EXPECT_EQ(FindCodec(codec->encoding()), codec);
}

TEST(Codec, ThereIsNoneForTheEncodingsOfSourceFiles) {
  EXPECT_EQ(FindCodec(Encoding::kOriginal), nullptr);
  EXPECT_EQ(FindCodec(Encoding::kJpegCrop), nullptr);
}

TEST(Codec, RefusesShapesWhoseSizeIsNoNumber) {
  constexpr int64_t kHuge = int64_t{1} << 32;
  for (const std::vector<int64_t>& shape :
       {std::vector<int64_t>{-1}, {-2, -2}, {kHuge, kHuge}, {kHuge, kHuge, 0}}) {
    const TensorSpec spec = {DType::kFloat32, shape};
    for (const Codec* codec : AllCodecs()) {
      EXPECT_FALSE(codec->Fits(spec)) << NameOf(codec->encoding());
      EXPECT_EQ(codec->Encode(spec, {}).error().code, ErrorCode::kInvalidArgument);
      EXPECT_EQ(codec->Decode(spec, {}, {}).error().code, ErrorCode::kInvalidArgument);
    }
  }
}

TEST(Codec, RefusesLevelsThatDoNotExist) {
  const TensorSpec spec = {DType::kUint8, {3}};
  const Bytes tensor = {1, 2, 3};
  for (const int level : {-1, kMaxZstdLevel + 1}) {
    EXPECT_EQ(FindCodec(Encoding::kZstd)->Encode(spec, tensor, level).error().code,
              ErrorCode::kInvalidArgument);
  }
}

TEST(ShuffleZstd, PutsTheBytesOfElementsApart) {
  const TensorSpec spec = {DType::kFloat32, {3}};
  const Bytes tensor = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12};
  const auto payload = FindCodec(Encoding::kShuffleZstd)->Encode(spec, tensor);
  ASSERT_TRUE(payload.has_value());
  EXPECT_EQ(*payload, (Bytes{0x28, 0xB5, 0x2F, 0xFD, 0x20, 12, 12 << 3 | 1, 0, 0,  //
                             1,    5,    9,    2,    6,    10, 3,           7, 11, 4, 8, 12}));
}

Bytes Concat(const std::vector<Bytes>& parts) {
  Bytes all;
  for (const Bytes& part : parts) all.insert(all.end(), part.begin(), part.end());
  return all;
}

// Each way to predict a row, and a difference that wraps.
const Bytes kPlanarPayload = Concat({
    {1},
    PlainFrame({0, 1, 2, 3,  // red - green
                1, 2, 3, 10, 0, 0, 5, 5, 250, 1, 1, 1}),
    PlainFrame({2, 2, 3, 0,  // green
                100, 1, 2, 200, 1, 1, 1, 1, 1, 7, 8, 9}),
    PlainFrame({3, 3, 3, 3,  // blue - green
                0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 255, 0}),
});
const Bytes kPlanarImage = {
    101, 100, 100, 103, 101, 101, 106, 103, 103,  //
    211, 200, 200, 203, 201, 201, 205, 202, 202,  //
    206, 201, 201, 213, 203, 203, 209, 205, 205,  //
    13,  7,   8,   20,  8,   8,   16,  9,   9,    //
};

TEST(PlanarZstd, ReadsThePayloadsThatAreOnDisks) {
  const TensorSpec spec = {DType::kUint8, {4, 3, 3}};
  Bytes image(spec.SizeBytes());
  ASSERT_TRUE(FindCodec(Encoding::kPlanarZstd)->Decode(spec, kPlanarPayload, image).has_value());
  EXPECT_EQ(image, kPlanarImage);
}

TEST(PlanarZstd, ReadsThemWithChannelsFirstToo) {
  const TensorSpec chw = {DType::kUint8, {3, 3, 4}};
  // Three rows of four; green, then what is to be added to it.
  const Bytes payload = Concat({
      {1},
      PlainFrame({0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 255}),
      PlainFrame({0, 0, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12}),
      PlainFrame({0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1}),
  });
  Bytes image(chw.SizeBytes());
  ASSERT_TRUE(FindCodec(Encoding::kPlanarZstd)->Decode(chw, payload, image).has_value());
  EXPECT_EQ(image, (Bytes{2, 3, 4, 5, 7, 8, 9, 10, 12, 13, 14, 11,  //
                          1, 2, 3, 4, 5, 6, 7, 8,  9,  10, 11, 12,  //
                          1, 2, 3, 4, 5, 6, 7, 8,  9,  10, 11, 13}));
}

TEST(PlanarZstd, RefusesVersionsAndPredictionsThatDoNotExist) {
  const TensorSpec spec = {DType::kUint8, {4, 3, 3}};
  Bytes image(spec.SizeBytes());
  Bytes version = kPlanarPayload;
  version[0] = 2;
  Bytes prediction = kPlanarPayload;
  ASSERT_EQ(prediction[1 + 9 + 3], 3);
  prediction[1 + 9 + 3] = 4;
  for (const Bytes& payload : {version, prediction}) {
    EXPECT_EQ(FindCodec(Encoding::kPlanarZstd)->Decode(spec, payload, image).error().code,
              ErrorCode::kCorrupt);
  }
}

TEST(PlanarZstd, MakesAGradientNearlyNothing) {
  const TensorSpec spec = {DType::kUint8, {100, 301, 3}};
  Bytes image(spec.SizeBytes());
  for (size_t i = 0; i < image.size(); ++i) {
    image[i] = static_cast<uint8_t>(i / 903 * 2 + i % 903 / 3 * 5 + i % 3 * 40);
  }
  const auto payload = FindCodec(Encoding::kPlanarZstd)->Encode(spec, image);
  ASSERT_TRUE(payload.has_value());
  EXPECT_LT(payload->size(), 300u);
}

}  // namespace
}  // namespace tensorfs
