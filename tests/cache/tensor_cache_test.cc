// SPDX-License-Identifier: MIT
#include "cache/tensor_cache.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "cache/disk_usage.h"
#include "tests/cache/cache_fixture.h"

namespace tensorfs {
namespace {

constexpr uint64_t kMiB = 1 << 20;
constexpr uint64_t kLimit = 64 * kMiB;

TEST(TensorCache, FindsWhatWasOfferedAndFlushed) {
  const TemporaryDir scratch;
  const auto cache = OpenCache(scratch / "cache", kLimit);
  EXPECT_FALSE(cache->Find(KeyOf(1), kSource));
  const FileBytes bytes = BytesOf(1, 150'000);
  Offer(cache.get(), KeyOf(1), bytes);
  ASSERT_TRUE(cache->Flush());
  const auto hit = cache->Find(KeyOf(1), kSource);
  ASSERT_TRUE(hit);
  EXPECT_TRUE(Is(*hit, bytes));
  const CacheStats stats = cache->Stats();
  EXPECT_EQ(stats.hits, 1u);
  EXPECT_EQ(stats.misses, 1u);
  EXPECT_EQ(stats.admitted, 1u);
  EXPECT_EQ(stats.entries, 1u);
  EXPECT_FLOAT_EQ(static_cast<float>(stats.saved_s), static_cast<float>(kSavedS));
  EXPECT_EQ(stats.condition, "");
}

TEST(TensorCache, KeepsFilesOfEverySize) {
  const TemporaryDir scratch;
  const auto cache = OpenCache(scratch / "cache", kLimit);
  const std::vector<size_t> sizes = {0, 1, 127, 4095, 4096, 65'537, 602'240, 3 * kMiB};
  for (const size_t size : sizes) Offer(cache.get(), KeyOf(size), BytesOf(size, size));
  ASSERT_TRUE(cache->Flush());
  for (const size_t size : sizes) {
    const auto hit = cache->Find(KeyOf(size), kSource);
    ASSERT_TRUE(hit) << size;
    EXPECT_TRUE(Is(*hit, BytesOf(size, size))) << size;
  }
}

TEST(TensorCache, RefusesAFileThatIsLargeForItsLimit) {
  const TemporaryDir scratch;
  const auto cache = OpenCache(scratch / "cache", kLimit);
  EXPECT_FALSE(cache->Wants(KeyOf(1), kLimit / 8, kSavedS));
  Offer(cache.get(), KeyOf(1), BytesOf(1, kLimit / 8));
  EXPECT_EQ(cache->Stats().refused, 1u);
}

TEST(TensorCache, TellsKeysApartByPathAndFingerprint) {
  const TemporaryDir scratch;
  const auto cache = OpenCache(scratch / "cache", kLimit);
  const std::string odd_path("d\0\xff\n/\x80", 6);
  Offer(cache.get(), {odd_path, 1}, BytesOf(1, 1000));
  Offer(cache.get(), {odd_path, 2}, BytesOf(2, 1000));
  ASSERT_TRUE(cache->Flush());
  EXPECT_TRUE(Is(*cache->Find({odd_path, 1}, kSource), BytesOf(1, 1000)));
  EXPECT_TRUE(Is(*cache->Find({odd_path, 2}, kSource), BytesOf(2, 1000)));
  EXPECT_FALSE(cache->Find({odd_path, 3}, kSource));
  EXPECT_FALSE(cache->Find({odd_path.substr(0, 5), 1}, kSource));
}

TEST(TensorCache, DropsAnEntryOfAnotherVersionOfTheSource) {
  const TemporaryDir scratch;
  const SourceVersion changed{kSource.size_bytes, kSource.change_stamp + 1};
  {
    const auto cache = OpenCache(scratch / "cache", kLimit);
    Offer(cache.get(), KeyOf(1), BytesOf(1, 1000));
    ASSERT_TRUE(cache->Flush());
    EXPECT_FALSE(cache->Find(KeyOf(1), changed));
    EXPECT_FALSE(cache->Find(KeyOf(1), kSource)) << "it was dropped";
    Offer(cache.get(), KeyOf(1), BytesOf(1, 1000, 1), kSavedS, changed);
    ASSERT_TRUE(cache->Flush());
    EXPECT_TRUE(Is(*cache->Find(KeyOf(1), changed), BytesOf(1, 1000, 1)));
    EXPECT_EQ(cache->Stats().corrupt, 0u);
  }
  const auto cache = OpenCache(scratch / "cache", kLimit);
  EXPECT_TRUE(Is(*cache->Find(KeyOf(1), changed), BytesOf(1, 1000, 1)));
  EXPECT_EQ(cache->Stats().entries, 1u);
}

TEST(TensorCache, IsThereAfterARestart) {
  const TemporaryDir scratch;
  {
    const auto cache = OpenCache(scratch / "cache", kLimit);
    for (uint64_t i = 0; i < 100; ++i) Offer(cache.get(), KeyOf(i), BytesOf(i, 20'000));
    ASSERT_TRUE(cache->Flush());
    for (int read = 0; read < 3; ++read) ASSERT_TRUE(cache->Find(KeyOf(5), kSource));
    cache->Drop(KeyOf(6));
  }
  const auto cache = OpenCache(scratch / "cache", kLimit);
  EXPECT_EQ(cache->Stats().entries, 99u);
  EXPECT_FALSE(cache->Find(KeyOf(6), kSource));
  const auto hottest = cache->Hottest(2);
  ASSERT_TRUE(hottest);
  ASSERT_EQ(hottest->size(), 2u);
  EXPECT_EQ(hottest->front().path, KeyOf(5).path);
  EXPECT_EQ(hottest->front().reads, 3u);
  EXPECT_EQ(hottest->front().bytes, 20'000u);
  EXPECT_EQ(hottest->front().source, kSource);
  for (uint64_t i = 0; i < 100; ++i) {
    if (i == 6) continue;
    const auto hit = cache->Find(KeyOf(i), kSource);
    EXPECT_TRUE(hit && Is(*hit, BytesOf(i, 20'000))) << i;
  }
}

TEST(TensorCache, AHitOutlivesTheCache) {
  const TemporaryDir scratch;
  auto cache = OpenCache(scratch / "cache", kLimit);
  Offer(cache.get(), KeyOf(1), BytesOf(1, 150'000));
  ASSERT_TRUE(cache->Flush());
  const auto hit = cache->Find(KeyOf(1), kSource);
  ASSERT_TRUE(hit);
  cache.reset();
  EXPECT_TRUE(Is(*hit, BytesOf(1, 150'000)));
}

TEST(TensorCache, LetsTheOwnerGoWhenTheFileIsWrittenOrRefused) {
  const TemporaryDir scratch;
  const auto cache = OpenCache(scratch / "cache", kLimit);
  const auto owner = std::make_shared<const FileBytes>(BytesOf(1, 1000));
  cache->Offer(KeyOf(1), kSource, *owner, owner, kSavedS);
  cache->Offer(KeyOf(1), kSource, *owner, owner, kSavedS);
  ASSERT_TRUE(cache->Flush());
  EXPECT_EQ(owner.use_count(), 1);
  EXPECT_EQ(cache->Stats().queued_bytes, 0u);
}

TEST(TensorCache, AFullQueueLosesTheOfferAndCountsIt) {
  const TemporaryDir scratch;
  auto opened =
      TensorCache::Open(scratch / "cache", {.limit_bytes = kLimit, .queue_bytes = 100'000});
  ASSERT_TRUE(opened);
  TensorCache& cache = **opened;
  Offer(&cache, KeyOf(1), BytesOf(1, 100'001));
  EXPECT_EQ(cache.Stats().queue_full, 1u);
  EXPECT_EQ(cache.Stats().admitted, 0u);
  EXPECT_TRUE(cache.Wants(KeyOf(1), 100'001, kSavedS)) << "another time, perhaps";
}

TEST(TensorCache, InsertWaitsForTheDiskWhereOfferGivesUp) {
  const TemporaryDir scratch;
  const auto opened =
      TensorCache::Open(scratch / "cache", {.limit_bytes = kLimit, .queue_bytes = 100'000});
  ASSERT_TRUE(opened);
  TensorCache& cache = **opened;
  const auto insert = [&](uint64_t number, size_t size) {
    const auto owner = std::make_shared<const FileBytes>(BytesOf(number, size));
    return cache.Insert(KeyOf(number), kSource, *owner, owner, kSavedS);
  };
  for (uint64_t i = 0; i < 50; ++i) EXPECT_TRUE(insert(i, 60'000)) << i;
  EXPECT_FALSE(insert(50, 100'001)) << "there is never room for that in the queue";
  ASSERT_TRUE(cache.Flush());
  EXPECT_FALSE(insert(7, 60'000)) << "it is there already";
  EXPECT_EQ(cache.Stats().entries, 50u);
  EXPECT_EQ(cache.Stats().queue_full, 0u);
}

TEST(TensorCache, PeekIsNoReadAndTellsWhatIsWrong) {
  const TemporaryDir scratch;
  const auto cache = OpenCache(scratch / "cache", kLimit);
  Offer(cache.get(), KeyOf(1), BytesOf(1, 1000));
  ASSERT_TRUE(cache->Flush());
  const auto hit = cache->Peek(KeyOf(1), kSource);
  ASSERT_TRUE(hit);
  EXPECT_TRUE(Is(*hit, BytesOf(1, 1000)));
  EXPECT_EQ(cache->Peek(KeyOf(2), kSource).error().code, ErrorCode::kNotFound);
  EXPECT_EQ(cache->Peek(KeyOf(1), {kSource.size_bytes + 1, kSource.change_stamp}).error().code,
            ErrorCode::kNotFound);
  EXPECT_EQ(cache->Stats().entries, 0u) << "an entry of another version is dropped";
  EXPECT_EQ(cache->Stats().hits + cache->Stats().misses, 0u);
}

TEST(TensorCache, AsksForRoomBeforeItReads) {
  const TemporaryDir scratch;
  const auto cache = OpenCache(scratch / "cache", kLimit);
  Offer(cache.get(), KeyOf(1), BytesOf(1, 1000));
  ASSERT_TRUE(cache->Flush());
  std::vector<size_t> asked;
  const auto answer = [&](bool has_room) {
    return [&asked, has_room](size_t bytes) {
      asked.push_back(bytes);
      return has_room;
    };
  };
  EXPECT_FALSE(cache->Find(KeyOf(1), kSource, answer(false)));
  EXPECT_EQ(cache->Peek(KeyOf(1), kSource, answer(false)).error().code, ErrorCode::kTooLarge);
  EXPECT_TRUE(cache->Find(KeyOf(1), kSource, answer(true))) << "it is not dropped for that";
  EXPECT_FALSE(cache->Find(KeyOf(2), kSource, answer(true)));
  EXPECT_EQ(asked, std::vector<size_t>({1000, 1000, 1000})) << "nobody asks for what is not there";
}

TEST(TensorCache, HitsCountTheSourcesThatTheyStandFor) {
  const TemporaryDir scratch;
  const auto cache = OpenCache(scratch / "cache", kLimit);
  Offer(cache.get(), KeyOf(1), BytesOf(1, 1000));
  ASSERT_TRUE(cache->Flush());
  for (int i = 0; i < 3; ++i) EXPECT_TRUE(cache->Find(KeyOf(1), kSource));
  EXPECT_EQ(cache->Stats().saved_source_bytes, 3 * kSource.size_bytes);
}

TEST(TensorCache, EvictsByPath) {
  const TemporaryDir scratch;
  const auto cache = OpenCache(scratch / "cache", kLimit);
  for (uint64_t i = 0; i < 20; ++i) Offer(cache.get(), KeyOf(i), BytesOf(i, 1000));
  const auto evicted =
      cache->Evict([](std::string_view path) { return path.starts_with("class/1"); });
  ASSERT_TRUE(evicted);
  EXPECT_EQ(evicted->entries, 11u);
  EXPECT_EQ(evicted->bytes, 11'000u);
  EXPECT_FALSE(cache->Find(KeyOf(1), kSource));
  EXPECT_FALSE(cache->Find(KeyOf(19), kSource));
  EXPECT_TRUE(cache->Find(KeyOf(2), kSource));
  EXPECT_EQ(cache->Stats().entries, 9u);
}

TEST(TensorCache, EvictingEverythingFreesTheDisk) {
  const TemporaryDir scratch;
  const auto cache = OpenCache(scratch / "cache", kLimit);
  for (uint64_t i = 0; i < 50; ++i) Offer(cache.get(), KeyOf(i), BytesOf(i, 60'000));
  ASSERT_TRUE(cache->Flush());
  EXPECT_GT(cache->Stats().disk_bytes, 3'000'000u);
  ASSERT_TRUE(cache->Evict([](std::string_view path) { return path != KeyOf(7).path; }));
  EXPECT_TRUE(cache->Find(KeyOf(7), kSource));
  ASSERT_TRUE(cache->Evict([](std::string_view) { return true; }));
  EXPECT_LT(cache->Stats().disk_bytes, 200'000u);
  EXPECT_EQ(cache->Stats().dead_bytes, 0u);
  Offer(cache.get(), KeyOf(1), BytesOf(1, 60'000));
  ASSERT_TRUE(cache->Flush());
  EXPECT_TRUE(cache->Find(KeyOf(1), kSource)) << "it goes on as before";
}

TEST(TensorCache, ThoseWhoOnlyLookFindEveryEntryAndWriteNothing) {
  const TemporaryDir scratch;
  {
    const auto cache = OpenCache(scratch / "cache", kLimit);
    for (uint64_t i = 0; i < 20; ++i) Offer(cache.get(), KeyOf(i), BytesOf(i, 1000));
  }
  const uint64_t head_bytes = 100;  // what a killed process leaves
  std::ofstream(scratch / "cache/db/head.sst") << std::string(head_bytes, 'x');
  const TensorCache::Options to_read = {.limit_bytes = kLimit, .access = Access::kRead};
  {
    const auto first = TensorCache::Open(scratch / "cache", to_read);
    const auto second = TensorCache::Open(scratch / "cache", to_read);
    ASSERT_TRUE(first && second) << "they do not disturb each other";
    EXPECT_EQ(Verify(first->get()).entries, 20u);
    EXPECT_EQ(Verify(second->get()).bad, 0u);
    EXPECT_EQ((*first)->Stats().hits, 0u);
    const auto mounted = TensorCache::Open(scratch / "cache", {.limit_bytes = kLimit});
    ASSERT_FALSE(mounted);
    EXPECT_EQ(mounted.error().message,
              scratch / "cache" + ": a `tensorfs cache` command reads it at present");
  }
  EXPECT_EQ(std::filesystem::file_size(scratch / "cache/db/head.sst"), head_bytes);
}

TEST(TensorCache, ASecondOpeningFailsAsBusy) {
  const TemporaryDir scratch;
  const auto cache = OpenCache(scratch / "cache", kLimit);
  const auto second = TensorCache::Open(scratch / "cache", {.limit_bytes = kLimit});
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().code, ErrorCode::kBusy);
  EXPECT_NE(second.error().message.find(scratch / "cache"), std::string::npos);
}

TEST(TensorCache, WantsALimitThatCanHoldSomething) {
  const TemporaryDir scratch;
  const auto cache = TensorCache::Open(scratch / "cache", {.limit_bytes = 100});
  ASSERT_FALSE(cache);
  EXPECT_EQ(cache.error().code, ErrorCode::kInvalidArgument);
}

TEST(TensorCache, ASmallerLimitIsKeptFromTheOpeningOn) {
  const TemporaryDir scratch;
  {
    const auto cache = OpenCache(scratch / "cache", kLimit);
    for (uint64_t i = 0; i < 40; ++i) Offer(cache.get(), KeyOf(i), BytesOf(i, kMiB));
  }
  ASSERT_GT(DiskUsage(scratch / "cache"), 38 * kMiB);
  const auto cache = OpenCache(scratch / "cache", kLimit / 4);
  EXPECT_LE(DiskUsage(scratch / "cache"), kLimit / 4);
  EXPECT_GT(cache->Stats().entries, 10u);
  EXPECT_TRUE(cache->Find(KeyOf(39), kSource));
}

}  // namespace
}  // namespace tensorfs
