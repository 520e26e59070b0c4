// SPDX-License-Identifier: MIT
// What codecs and jpeg-crop say they allocate is a promise to whoever budgets memory: measured
// here.
#include <gtest/gtest.h>

#include <random>
#include <thread>

#include "codec/codec.h"
#include "codec/jpeg_crop.h"
#include "tests/codec/heap_meter.h"
#include "tests/codec/jpeg_maker.h"

namespace tensorfs {
namespace {

using Bytes = std::vector<uint8_t>;

Bytes Noise(size_t size) {
  std::mt19937 random(5);
  Bytes bytes(size);
  for (uint8_t& byte : bytes) byte = static_cast<uint8_t>(random());
  return bytes;
}

// In a thread of its own, which has kept nothing from earlier calls.
template <typename Work>
size_t PeakBytesInNewThread(Work work) {
  constexpr size_t kThreadBytes = 4096;
  const size_t peak = PeakHeapBytes([&] { std::thread(work).join(); });
  return peak < kThreadBytes ? 0 : peak - kThreadBytes;
}

void ExpectCodecWithinBounds(const Codec& codec, const TensorSpec& spec, const Bytes& tensor,
                             int level) {
  const auto payload = codec.Encode(spec, tensor, level);
  ASSERT_TRUE(payload.has_value());
  const size_t encode_bytes =
      PeakBytesInNewThread([&] { EXPECT_TRUE(codec.Encode(spec, tensor, level).has_value()); });
  EXPECT_LE(encode_bytes, codec.EncodeMemoryBytes(spec, level))
      << NameOf(codec.encoding()) << " " << spec.ToString() << " at level " << level;
  Bytes out(tensor.size());
  const size_t decode_bytes =
      PeakBytesInNewThread([&] { EXPECT_TRUE(codec.Decode(spec, *payload, out).has_value()); });
  EXPECT_LE(decode_bytes, codec.DecodeScratchBytes(spec, payload->size()))
      << NameOf(codec.encoding()) << " " << spec.ToString();
}

TEST(CodecMemory, IsWithinTheBounds) {
  const std::vector<TensorSpec> specs = {
      {DType::kUint8, {1, 1, 3}},      {DType::kUint8, {224, 224, 3}},
      {DType::kUint8, {5, 30'000, 3}}, {DType::kUint8, {3, 700, 901}},
      {DType::kFloat32, {700, 900}},   {DType::kFloat16, {3, 224, 224}},
  };
  for (const Codec* codec : AllCodecs()) {
    for (const TensorSpec& spec : specs) {
      if (!codec->Fits(spec)) continue;
      for (const Bytes& tensor : {Noise(spec.SizeBytes()), Bytes(spec.SizeBytes())}) {
        ExpectCodecWithinBounds(*codec, spec, tensor, 0);
      }
    }
  }
}

TEST(CodecMemory, IsWithinTheBoundsAtEveryLevel) {
  const TensorSpec spec = {DType::kUint8, {2048, 2048, 3}};
  const Bytes tensor(spec.SizeBytes());
  for (const Encoding encoding : {Encoding::kZstd, Encoding::kPlanarZstd}) {
    for (int level = 1; level <= kMaxZstdLevel; ++level) {
      ExpectCodecWithinBounds(*FindCodec(encoding), spec, tensor, level);
    }
  }
}

TEST(JpegCropMemory, IsWithinTheBound) {
  for (const ImageSize size : {ImageSize{17, 9}, ImageSize{500, 375}, ImageSize{2001, 1003}}) {
    for (const bool progressive : {false, true}) {
      JpegKind kind;
      kind.progressive = progressive;
      kind.sampling = {1, 1, 1, 1, 1, 1};
      const Bytes pixels(static_cast<size_t>(size.width) * size.height * 3, 99);
      const Bytes file = MakeJpeg(kind, size, 90, pixels);
      const auto header = ReadImageHeader(file);
      ASSERT_TRUE(header.has_value());
      const size_t peak =
          PeakHeapBytes([&] { static_cast<void>(CropJpeg(file, *header, Rect::Whole(size))); });
      EXPECT_LE(peak, JpegCropMemoryBytes(*header, file.size()));
    }
  }
}

}  // namespace
}  // namespace tensorfs
