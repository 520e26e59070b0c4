// SPDX-License-Identifier: MIT
// What every codec has to keep to, over types, shapes, contents and damages. A new codec is in it
// by being in the table.
#include <gtest/gtest.h>

#include <algorithm>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include "cache/sample_record.h"
#include "codec/codec.h"

namespace tensorfs {
namespace {

using Bytes = std::vector<uint8_t>;

const std::vector<std::vector<int64_t>>& Shapes() {
  static const std::vector<std::vector<int64_t>> shapes = {
      {},           {0},          {1},           {7},           {100'000},      {1, 1},
      {33, 65},     {0, 4, 3},    {4, 0, 1},     {1, 1, 1},     {1, 1, 3},      {3, 1, 1},
      {1, 17, 3},   {17, 1, 3},   {31, 33, 3},   {224, 224, 3}, {64, 127, 1},   {3, 31, 33},
      {3, 224, 10}, {1, 28, 28},  {5, 6, 4},     {2, 3, 5, 7},  {2, 16, 16, 3}, {1, 1, 1, 1, 1},
      {300, 7, 1},  {9, 2000, 3}, {3, 40, 5000}, {2, 70000, 3}, {600, 401, 3},  {3, 3, 3},
  };
  return shapes;
}

enum class Content { kNoise, kGradient, kConstant };

Bytes MakeContent(Content content, size_t size) {
  Bytes bytes(size, 77);
  std::mt19937 random(static_cast<uint32_t>(size));
  for (size_t i = 0; i < size; ++i) {
    if (content == Content::kNoise) bytes[i] = static_cast<uint8_t>(random());
    if (content == Content::kGradient) bytes[i] = static_cast<uint8_t>(i / 97 + 3 * i);
  }
  return bytes;
}

std::vector<TensorSpec> AllSpecs() {
  std::vector<TensorSpec> specs;
  for (const DType dtype : {DType::kUint8, DType::kFloat16, DType::kBfloat16, DType::kFloat32}) {
    for (const auto& shape : Shapes()) specs.push_back({dtype, shape});
  }
  return specs;
}

// Payloads small enough to be damaged in every byte.
std::vector<TensorSpec> SmallSpecs() {
  return {{DType::kUint8, {5, 7, 3}},
          {DType::kUint8, {9, 5, 1}},
          {DType::kUint8, {3, 6, 7}},
          {DType::kFloat32, {3, 4, 5}},
          {DType::kBfloat16, {40}}};
}

class CodecConformance : public testing::TestWithParam<const Codec*> {
 protected:
  const Codec& codec() const { return *GetParam(); }

  Bytes Encode(const TensorSpec& spec, const Bytes& tensor) const {
    const auto payload = codec().Encode(spec, tensor);
    EXPECT_TRUE(payload.has_value()) << spec.ToString() << ": " << payload.error().message;
    return payload.value_or(Bytes());
  }

  // In blocks of the exact sizes, so that a sanitizer sees an access beside them.
  Result<Bytes> Decode(const TensorSpec& spec, std::span<const uint8_t> payload) const {
    const auto exact = std::make_unique<uint8_t[]>(payload.size());
    std::copy(payload.begin(), payload.end(), exact.get());
    Bytes tensor(spec.SizeBytes());
    const auto decoded = codec().Decode(spec, {exact.get(), payload.size()}, tensor);
    if (!decoded) return tl::unexpected(decoded.error());
    return tensor;
  }

  // Calls `check` with each small tensor and its payload.
  template <typename Check>
  void ForSmallPayloads(Check check) const {
    int payloads = 0;
    for (const TensorSpec& spec : SmallSpecs()) {
      if (!codec().Fits(spec)) continue;
      for (const Content content : {Content::kNoise, Content::kGradient, Content::kConstant}) {
        const Bytes tensor = MakeContent(content, spec.SizeBytes());
        check(spec, tensor, Encode(spec, tensor));
        ++payloads;
      }
    }
    EXPECT_GT(payloads, 0);
  }
};

TEST_P(CodecConformance, GivesBackEveryTensorThatFits) {
  int fitting = 0;
  for (const TensorSpec& spec : AllSpecs()) {
    if (!codec().Fits(spec)) continue;
    ++fitting;
    for (const Content content : {Content::kNoise, Content::kGradient, Content::kConstant}) {
      const Bytes tensor = MakeContent(content, spec.SizeBytes());
      for (const int level : {0, 1, 6}) {
        const auto payload = codec().Encode(spec, tensor, level);
        ASSERT_TRUE(payload.has_value()) << spec.ToString() << ": " << payload.error().message;
        const auto decoded = Decode(spec, *payload);
        ASSERT_TRUE(decoded.has_value()) << spec.ToString() << ": " << decoded.error().message;
        ASSERT_TRUE(*decoded == tensor) << spec.ToString() << " at level " << level;
      }
    }
  }
  EXPECT_GT(fitting, 8);
}

TEST_P(CodecConformance, RefusesTensorsThatDoNotFit) {
  for (const TensorSpec& spec : AllSpecs()) {
    if (codec().Fits(spec)) continue;
    Bytes tensor(spec.SizeBytes());
    const auto payload = codec().Encode(spec, tensor);
    ASSERT_FALSE(payload.has_value()) << spec.ToString();
    EXPECT_EQ(payload.error().code, ErrorCode::kInvalidArgument);
    const auto decoded = codec().Decode(spec, Bytes(100), tensor);
    ASSERT_FALSE(decoded.has_value()) << spec.ToString();
    EXPECT_EQ(decoded.error().code, ErrorCode::kInvalidArgument);
    EXPECT_EQ(codec().DecodeScratchBytes(spec, 100), 0u);
  }
}

TEST_P(CodecConformance, RefusesATensorOfAnotherSize) {
  ForSmallPayloads([&](const TensorSpec& spec, const Bytes& tensor, const Bytes& payload) {
    for (const size_t size : {size_t{0}, tensor.size() - 1, tensor.size() + 1}) {
      Bytes other(size);
      EXPECT_EQ(codec().Encode(spec, other).error().code, ErrorCode::kInvalidArgument);
      EXPECT_EQ(codec().Decode(spec, payload, other).error().code, ErrorCode::kInvalidArgument);
    }
  });
}

TEST_P(CodecConformance, RefusesThePayloadOfALargerOrSmallerTensor) {
  ForSmallPayloads([&](const TensorSpec& spec, const Bytes&, const Bytes& payload) {
    for (const int64_t change : {-1, 1}) {
      TensorSpec other = spec;
      other.shape[0] += change;
      if (!codec().Fits(other)) continue;
      const auto decoded = Decode(other, payload);
      ASSERT_FALSE(decoded.has_value()) << other.ToString();
      EXPECT_EQ(decoded.error().code, ErrorCode::kCorrupt);
    }
  });
}

TEST_P(CodecConformance, RefusesAPayloadThatEndsAnywhereEarlier) {
  ForSmallPayloads([&](const TensorSpec& spec, const Bytes&, const Bytes& payload) {
    for (size_t length = 0; length < payload.size(); ++length) {
      EXPECT_FALSE(Decode(spec, std::span(payload).first(length)).has_value())
          << spec.ToString() << ", " << length << " of " << payload.size() << " bytes";
    }
  });
}

TEST_P(CodecConformance, RefusesALargePayloadThatEndsEarlier) {
  for (const TensorSpec& spec :
       {TensorSpec{DType::kUint8, {600, 401, 3}}, TensorSpec{DType::kFloat32, {600, 401}}}) {
    if (!codec().Fits(spec)) continue;
    for (const Content content : {Content::kNoise, Content::kGradient}) {
      const Bytes payload = Encode(spec, MakeContent(content, spec.SizeBytes()));
      for (const size_t missing : {size_t{1}, size_t{4}, size_t{13}, payload.size() / 100 + 1,
                                   payload.size() / 2, payload.size() - 1, payload.size()}) {
        EXPECT_FALSE(Decode(spec, std::span(payload).first(payload.size() - missing)).has_value())
            << spec.ToString() << " without its last " << missing;
      }
    }
  }
}

TEST_P(CodecConformance, RefusesBytesBehindThePayload) {
  // Anything, more of the same, and what zstd would skip: an empty frame and a skippable one.
  const Bytes empty_frame = {0x28, 0xB5, 0x2F, 0xFD, 0x20, 0x00, 0x01, 0x00, 0x00};
  const Bytes skippable = {0x50, 0x2A, 0x4D, 0x18, 0x00, 0x00, 0x00, 0x00};
  ForSmallPayloads([&](const TensorSpec& spec, const Bytes&, const Bytes& payload) {
    for (const Bytes& tail : {Bytes{0}, Bytes(1000, 0xFF), payload, empty_frame, skippable}) {
      Bytes longer = payload;
      longer.insert(longer.end(), tail.begin(), tail.end());
      EXPECT_FALSE(Decode(spec, longer).has_value()) << spec.ToString();
      longer = tail;
      longer.insert(longer.end(), payload.begin(), payload.end());
      EXPECT_FALSE(Decode(spec, longer).has_value()) << spec.ToString() << ", in front";
    }
  });
}

// As reads do: the record's header and payload are checked, then the payload is decoded.
TEST_P(CodecConformance, EveryFlippedBitOfARecordIsAnError) {
  ForSmallPayloads([&](const TensorSpec& spec, const Bytes& tensor, const Bytes& payload) {
    StoredSample sample;
    sample.form.form = {.stage = 1, .encoding = codec().encoding()};
    sample.location.payload_bytes = payload.size();
    RecordHeader header = MakeRecordHeader("a/x.jpg", sample, payload);
    Bytes stored = payload;
    const auto read = [&] {
      return CheckRecord("a/x.jpg", sample, header, stored).and_then([&] {
        return Decode(spec, stored);
      });
    };
    ASSERT_EQ(read(), tensor);
    for (size_t bit = 0; bit < 8 * (header.size() + stored.size()); ++bit) {
      const size_t at = bit / 8;
      uint8_t& byte = at < header.size() ? header[at] : stored[at - header.size()];
      byte ^= static_cast<uint8_t>(1 << bit % 8);
      const auto damaged = read();
      EXPECT_TRUE(!damaged && damaged.error().code == ErrorCode::kCorrupt) << "bit " << bit;
      byte ^= static_cast<uint8_t>(1 << bit % 8);
    }
    EXPECT_EQ(read(), tensor);
  });
}

TEST_P(CodecConformance, SurvivesEveryChangedByteWithoutAChecksum) {
  ForSmallPayloads([&](const TensorSpec& spec, const Bytes&, const Bytes& payload) {
    for (size_t i = 0; i < payload.size(); ++i) {
      for (const int change : {0x01, 0x80, 0xFF}) {
        Bytes damaged = payload;
        damaged[i] ^= static_cast<uint8_t>(change);
        const auto decoded = Decode(spec, damaged);
        if (!decoded) {
          EXPECT_EQ(decoded.error().code, ErrorCode::kCorrupt);
        }
      }
    }
  });
}

TEST_P(CodecConformance, SurvivesRandomDamage) {
  std::mt19937 random(11);
  ForSmallPayloads([&](const TensorSpec& spec, const Bytes&, const Bytes& payload) {
    for (int round = 0; round < 300; ++round) {
      Bytes damaged = payload;
      for (uint32_t count = random() % 5; count-- > 0;) {
        damaged[random() % damaged.size()] = static_cast<uint8_t>(random());
      }
      damaged.resize(random() % 4 == 0 ? random() % damaged.size() : damaged.size());
      static_cast<void>(Decode(spec, damaged));
    }
  });
}

TEST_P(CodecConformance, AnswersTheSamePayloadForTheSameTensor) {
  ForSmallPayloads([&](const TensorSpec& spec, const Bytes& tensor, const Bytes& payload) {
    static_cast<void>(codec().Encode(spec, tensor, 9));  // nothing of which stays
    EXPECT_EQ(Encode(spec, tensor), payload);
  });
}

INSTANTIATE_TEST_SUITE_P(All, CodecConformance,
                         testing::ValuesIn(AllCodecs().begin(), AllCodecs().end()),
                         [](const auto& parameter) {
                           std::string name(NameOf(parameter.param->encoding()));
                           std::replace(name.begin(), name.end(), '-', '_');
                           return name;
                         });

}  // namespace
}  // namespace tensorfs
