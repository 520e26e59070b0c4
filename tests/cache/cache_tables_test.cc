// SPDX-License-Identifier: MIT
// The tensor cache's parts that touch no file: what is counted, chosen and encoded.
#include <gtest/gtest.h>

#include <random>
#include <unordered_map>

#include "cache/cache_admission.h"
#include "cache/cache_book.h"
#include "cache/cache_index.h"
#include "cache/cache_space.h"
#include "cache/cached_value.h"
#include "cache/frequency_sketch.h"

namespace tensorfs {
namespace {

constexpr uint64_t kMiB = 1 << 20;

std::string Hex(std::string_view bytes) {
  std::string hex;
  for (const char byte : bytes) {
    char digits[3];
    std::snprintf(digits, sizeof(digits), "%02x", static_cast<uint8_t>(byte));
    hex += digits;
  }
  return hex;
}

TEST(CacheAdmission, ReplacesOnlyForWhatIsClearlyDenser) {
  const CacheValue cached{.saved_s = 0.01, .bytes = 1000, .reads = 4};
  struct Case {
    CacheValue candidate;
    bool displaces;
  };
  const Case cases[] = {
      {{0.01, 1000, 4}, false},                              // an equal
      {{0.01, 1000, 5}, false},                              // what one pass makes of an equal
      {{0.01, 1000, 6}, false},                              // more reads, but not clearly denser
      {{0.01, 1000, 7}, true},   {{0.01, 500, 4}, true},     // as good in half the bytes
      {{0.019, 1000, 4}, false},                             // within what measurements differ
      {{0.02, 1000, 4}, true},   {{0.1, 10'000, 4}, false},  // as dense, only larger
      {{0.02, 1000, 1}, false},                              // worth more, but read less
      {{0, 1000, 100}, false},
  };
  for (const Case& c : cases) {
    EXPECT_EQ(Displaces(c.candidate, cached), c.displaces)
        << c.candidate.saved_s << " s, " << c.candidate.bytes << " bytes, " << c.candidate.reads;
  }
}

uint64_t Hashed(uint64_t number) { return KeyHash({std::to_string(number), 0}); }

TEST(FrequencySketch, CountsCloselyThoughItGrows) {
  FrequencySketch sketch;
  constexpr uint64_t kKeys = 200'000;
  for (int pass = 0; pass < 3; ++pass) {
    for (uint64_t key = 0; key < kKeys; ++key) sketch.Add(Hashed(key));
  }
  uint64_t exact = 0;
  for (uint64_t key = 0; key < kKeys; ++key) {
    const uint32_t estimate = sketch.Estimate(Hashed(key));
    ASSERT_GE(estimate, 3u);
    exact += estimate == 3;
  }
  EXPECT_GT(exact, kKeys * 9 / 10);
  EXPECT_EQ(sketch.Estimate(Hashed(kKeys + 1)), 0u);
  EXPECT_NEAR(static_cast<double>(sketch.keys()), kKeys, kKeys / 20.0);
  EXPECT_LE(sketch.memory_bytes(), 4 * kMiB);
}

TEST(FrequencySketch, ForgetsWhatIsReadNoMore) {
  FrequencySketch sketch;
  for (int i = 0; i < 100; ++i) sketch.Add(Hashed(1));
  EXPECT_EQ(sketch.Estimate(Hashed(1)), 100u);
  for (uint64_t i = 0; i < 3'000'000; ++i) sketch.Add(Hashed(2 + i % 1000));
  EXPECT_LT(sketch.Estimate(Hashed(1)), 10u);
  EXPECT_LE(sketch.Estimate(Hashed(2)), FrequencySketch::kLargestCount);
}

TEST(CacheIndex, IsAMapWithFewBytesAnEntry) {
  CacheIndex index;
  std::unordered_map<uint64_t, uint32_t> model;
  std::mt19937_64 random(1);
  for (int step = 0; step < 300'000; ++step) {
    const uint64_t key = Hashed(random() % 100'000);
    if (random() % 3 == 0) {
      EXPECT_EQ(index.Remove(key).has_value(), model.erase(key) == 1);
    } else if (model.emplace(key, step + 1).second) {
      CacheEntry entry;
      entry.key = key;
      entry.record = {static_cast<uint32_t>(step + 1), 0};
      index.Insert(entry);
    }
  }
  ASSERT_EQ(index.size(), model.size());
  for (const auto& [key, generation] : model) {
    ASSERT_NE(index.Find(key), nullptr);
    EXPECT_EQ(index.Find(key)->record.generation, generation);
  }
  EXPECT_LE(index.memory_bytes() / index.size(), 64u);
}

TEST(CacheIndex, SamplesAllEntries) {
  CacheIndex index;
  EXPECT_EQ(index.Sample(7), nullptr);
  for (uint32_t i = 1; i <= 100; ++i) {
    CacheEntry entry;
    entry.key = Hashed(i);
    entry.record = {i, 0};
    index.Insert(entry);
  }
  std::mt19937_64 random(1);
  std::unordered_map<uint32_t, int> sampled;
  for (int i = 0; i < 20'000; ++i) ++sampled[index.Sample(random())->record.generation];
  EXPECT_EQ(sampled.size(), 100u);
}

TEST(CacheBook, CountsWhatIsPendingAgainstTheLimit) {
  CacheBook book(10 * Footprint(1000));
  std::vector<RecordId> displaced;
  for (uint64_t key = 0; key < 10; ++key) {
    EXPECT_TRUE(book.Admit(Hashed(key), 1000, 1.0, &displaced));
  }
  EXPECT_FALSE(book.Admit(Hashed(10), 1000, 1.0, &displaced));
  EXPECT_FALSE(book.Admit(Hashed(3), 1000, 1.0, &displaced)) << "it is pending";
  EXPECT_TRUE(book.Settle(Hashed(3)));
  EXPECT_FALSE(book.Settle(Hashed(3)));
  EXPECT_TRUE(book.Admit(Hashed(10), 1000, 1.0, &displaced));
  EXPECT_TRUE(displaced.empty());
}

TEST(CacheBook, ChoosesTheGenerationsWithMostGarbage) {
  CacheBook book(100 * kMiB);
  for (uint32_t i = 0; i < 100; ++i) {
    CacheEntry entry;
    entry.key = Hashed(i);
    entry.record = {1 + i / 10, i % 10};
    entry.bytes = 1000;
    book.Add(entry);
  }
  EXPECT_TRUE(book.MostDeadGenerations(0.01, kMiB).empty());
  for (uint32_t i = 30; i < 38; ++i) book.Remove(Hashed(i));
  for (uint32_t i = 70; i < 75; ++i) book.Remove(Hashed(i));
  EXPECT_EQ(book.MostDeadGenerations(0.01, kMiB), (std::vector<uint32_t>{4, 8}));
  EXPECT_EQ(book.MostDeadGenerations(0.6, kMiB), (std::vector<uint32_t>{4}));
  EXPECT_EQ(book.MostDeadGenerations(0.01, 1), (std::vector<uint32_t>{4}));
  book.DropGeneration(4);
  EXPECT_EQ(book.Find(Hashed(39)), nullptr);
  EXPECT_EQ(book.entries(), 85u);
}

TEST(CacheSpace, LeavesNineTenthsOfTheLimitForEntries) {
  for (uint64_t limit = 64 * kMiB; limit < uint64_t{1} << 42; limit *= 4) {
    const CacheSpace space = DivideSpace(limit);
    EXPECT_GE(space.live_bytes, limit * 92 / 100) << limit;
    EXPECT_LE(space.live_bytes + space.reserve_bytes + 2 * space.generation_bytes, limit) << limit;
  }
  EXPECT_GT(DivideSpace(kSmallestCacheLimit).live_bytes, kSmallestCacheLimit / 2);
}

const CacheKey kKey{"n01440764/a.JPEG", 0x1122334455667788};
constexpr SourceVersion kVersion{102'400, 1'700'000'000'123'456'789};
const std::vector<uint8_t> kBytes = {'t', 'e', 'n', 's', 'o', 'r'};

std::vector<uint8_t> EncodedValue() {
  const std::string header = EncodeValueHeader(kKey, kVersion, kBytes);
  std::vector<uint8_t> value(header.begin(), header.end());
  value.insert(value.end(), kBytes.begin(), kBytes.end());
  return value;
}

// Golden: these bytes are on disks.
TEST(CachedValue, HasTheBytesThatItAlwaysHad) {
  EXPECT_EQ(Hex(EncodeValueHeader(kKey, kVersion, kBytes)),
            "544654430100000025056294e3616da8"
            "009001000000000015cd853dfe9c9717"
            "0600000000000000d00b5cd89e09b2af"
            "ce5163e4998badac");
  EXPECT_EQ(Hex(EncodeRow({kKey, kVersion, 150'656, 0.5f})),
            "018877665544332211"
            "009001000000000015cd853dfe9c9717"
            "804c02000000003f"
            "6e30313434303736342f612e4a504547");
}

TEST(CachedValue, OfAnotherKeyOrSourceIsNone) {
  const std::vector<uint8_t> value = EncodedValue();
  const auto bytes = CheckValue(value, kKey, kVersion);
  ASSERT_TRUE(bytes);
  EXPECT_TRUE(std::equal(bytes->begin(), bytes->end(), kBytes.begin(), kBytes.end()));
  EXPECT_FALSE(CheckValue(value, {kKey.path, kKey.fingerprint + 1}, kVersion));
  EXPECT_FALSE(CheckValue(value, {kKey.path + "x", kKey.fingerprint}, kVersion));
  EXPECT_FALSE(CheckValue(value, kKey, {kVersion.size_bytes + 1, kVersion.change_stamp}));
  EXPECT_FALSE(CheckValue(value, kKey, {kVersion.size_bytes, kVersion.change_stamp + 1}));
}

TEST(CachedValue, DamagedInAnyBitOrCutIsNone) {
  std::vector<uint8_t> value = EncodedValue();
  for (size_t bit = 0; bit < value.size() * 8; ++bit) {
    value[bit / 8] ^= static_cast<uint8_t>(1 << bit % 8);
    EXPECT_FALSE(CheckValue(value, kKey, kVersion)) << "bit " << bit;
    value[bit / 8] ^= static_cast<uint8_t>(1 << bit % 8);
  }
  for (size_t size = 0; size < value.size(); ++size) {
    EXPECT_FALSE(CheckValue(std::span(value).first(size), kKey, kVersion)) << size;
  }
}

TEST(CachedValue, ARowIsReadBackOrIsNone) {
  const std::string bytes = EncodeRow({kKey, kVersion, 150'656, 0.5f});
  const auto row = DecodeRow(bytes);
  ASSERT_TRUE(row);
  EXPECT_EQ(row->key, kKey);
  EXPECT_EQ(row->source, kVersion);
  EXPECT_EQ(row->bytes, 150'656u);
  EXPECT_EQ(row->saved_s, 0.5f);
  const size_t fixed = bytes.size() - kKey.path.size();
  for (size_t size = 0; size < fixed; ++size) EXPECT_FALSE(DecodeRow(bytes.substr(0, size)));
  EXPECT_FALSE(DecodeRow("\x02" + bytes.substr(1))) << "of a later version";
}

}  // namespace
}  // namespace tensorfs
