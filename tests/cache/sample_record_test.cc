// SPDX-License-Identifier: MIT
#include "cache/sample_record.h"

#include <gtest/gtest.h>

#include <cstdio>
#include <span>
#include <string>
#include <vector>

namespace tensorfs {
namespace {

constexpr std::string_view kKey = "train/n01/a.JPEG";

StoredSample Example() {
  StoredSample sample;
  sample.source = {.size_bytes = 0x1122334455, .change_stamp = 1'700'000'000'123'456'789};
  sample.form.form = {.stage = 2, .encoding = Encoding::kPlanarZstd, .level = 3};
  sample.form.stage_fingerprint = 0x0102030405060708;
  sample.form.source_size = {.width = 500, .height = 375};
  sample.form.window = {.left = -1, .top = 2, .right = 258, .bottom = 256};
  sample.location = {.segment = 7, .offset = 0x100000010, .payload_bytes = 5};
  return sample;
}

const std::vector<uint8_t> kPayload = {'h', 'e', 'l', 'l', 'o'};

std::string Hex(std::span<const uint8_t> bytes) {
  std::string text;
  for (const uint8_t byte : bytes) {
    char digits[3];
    std::snprintf(digits, sizeof(digits), "%02x", byte);
    text += digits;
  }
  return text;
}

// The fields that both layouts share, one per line of docs/formats.md.
// clang-format off
const std::string kFieldsHex =
    "0200" "05" "03"
    "f4010000" "77010000"
    "ffffffff" "02000000" "02010000" "00010000"
    "00000000"
    "0807060504030201"
    "5544332211000000"
    "15cd853dfe9c9717"
    "0500000000000000";
// clang-format on

TEST(SampleRecordTest, LayoutsAreThoseOfTheFormatsPage) {
  EXPECT_EQ(Hex(MakeSegmentHeader(7)),
            "54465347"
            "0100"
            "0000"
            "07000000"
            "00000000");
  EXPECT_EQ(Hex(MakeRecordHeader(kKey, Example(), kPayload)),
            "54465352"
            "0100"
            "0000"
            "3033f46226a06867" +
                kFieldsHex + "21a74b90b840e625");
  EXPECT_EQ(Hex(EncodeCatalogValue(Example())),
            "0100"
            "0000"
            "07000000"
            "1000000001000000" +
                kFieldsHex);
}

TEST(SampleRecordTest, ACatalogValueComesBackAsItWas) {
  const CatalogValue value = EncodeCatalogValue(Example());
  EXPECT_EQ(DecodeCatalogValue({reinterpret_cast<const char*>(value.data()), value.size()}),
            Example());
}

TEST(SampleRecordTest, AValueOfAnotherLengthOrVersionOrEncodingIsNone) {
  const CatalogValue value = EncodeCatalogValue(Example());
  const std::string good(reinterpret_cast<const char*>(value.data()), value.size());
  EXPECT_FALSE(DecodeCatalogValue(""));
  EXPECT_FALSE(DecodeCatalogValue(good + "x"));
  EXPECT_FALSE(DecodeCatalogValue(std::string_view(good).substr(1)));
  for (const size_t place : {0, 1, 2, 3, 18}) {  // version, zeros, encoding
    std::string bad = good;
    bad[place] = static_cast<char>(0xEE);
    EXPECT_FALSE(DecodeCatalogValue(bad)) << place;
  }
}

TEST(SampleRecordTest, EveryFlippedBitIsNoticed) {
  const RecordHeader header = MakeRecordHeader(kKey, Example(), kPayload);
  ASSERT_TRUE(CheckRecord(kKey, Example(), header, kPayload));
  for (size_t bit = 0; bit < header.size() * 8; ++bit) {
    RecordHeader bad = header;
    bad[bit / 8] ^= static_cast<uint8_t>(1 << bit % 8);
    EXPECT_EQ(CheckRecord(kKey, Example(), bad, kPayload).error().code, ErrorCode::kCorrupt) << bit;
  }
  for (size_t bit = 0; bit < kPayload.size() * 8; ++bit) {
    std::vector<uint8_t> bad = kPayload;
    bad[bit / 8] ^= static_cast<uint8_t>(1 << bit % 8);
    EXPECT_FALSE(CheckRecord(kKey, Example(), header, bad)) << bit;
  }
}

TEST(SampleRecordTest, ARecordOfAnotherKeyOrSampleIsNotTaken) {
  const RecordHeader header = MakeRecordHeader(kKey, Example(), kPayload);
  EXPECT_FALSE(CheckRecord("train/n01/b.JPEG", Example(), header, kPayload));
  StoredSample other = Example();
  other.source.change_stamp += 1;
  EXPECT_FALSE(CheckRecord(kKey, other, header, kPayload));
  other = Example();
  other.form.window.right += 1;
  EXPECT_FALSE(CheckRecord(kKey, other, header, kPayload));
  other = Example();
  other.location.segment += 1;  // a record may be moved
  EXPECT_TRUE(CheckRecord(kKey, other, header, kPayload));
}

}  // namespace
}  // namespace tensorfs
