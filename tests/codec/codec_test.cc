// SPDX-License-Identifier: MIT
#include "codec/codec.h"

#include <gtest/gtest.h>

#include <vector>

namespace tensorfs {
namespace {

using Bytes = std::vector<uint8_t>;

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
  // What a frame of zstd without compression shows: magic, sizes, block header, then the bytes.
  const TensorSpec spec = {DType::kFloat32, {3}};
  const Bytes tensor = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12};
  const auto payload = FindCodec(Encoding::kShuffleZstd)->Encode(spec, tensor);
  ASSERT_TRUE(payload.has_value());
  EXPECT_EQ(*payload, (Bytes{0x28, 0xB5, 0x2F, 0xFD, 0x20, 12, 12 << 3 | 1, 0, 0,  //
                             1,    5,    9,    2,    6,    10, 3,           7, 11, 4, 8, 12}));
}

}  // namespace
}  // namespace tensorfs
