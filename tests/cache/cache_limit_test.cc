// SPDX-License-Identifier: MIT
// The limit holds at any time, with garbage and with what is being written; and what the cache
// keeps within it is what is read most.
#include <gtest/gtest.h>

#include <atomic>
#include <numeric>
#include <random>
#include <span>
#include <thread>

#include "cache/disk_usage.h"
#include "cache/tensor_cache.h"
#include "tests/cache/cache_fixture.h"
#include "tests/cache/read_patterns.h"

namespace tensorfs {
namespace {

constexpr uint64_t kMiB = 1 << 20;
constexpr uint64_t kLimit = 24 * kMiB;

// Looks at the directory as often as it can.
class DiskWatch {
 public:
  explicit DiskWatch(const std::string& directory)
      : thread_([this, directory] {
          while (!stopping_) {
            most_ = std::max(most_, DiskUsage(directory));
            ++looks_;
          }
        }) {}
  ~DiskWatch() { Stop(); }

  uint64_t Stop() {
    stopping_ = true;
    if (thread_.joinable()) thread_.join();
    return most_;
  }
  uint64_t looks() const { return looks_; }

 private:
  std::atomic<bool> stopping_ = false;
  uint64_t most_ = 0;
  uint64_t looks_ = 0;
  std::thread thread_;
};

TEST(CacheLimit, HoldsWhileFilesOfAllSizesDisplaceEachOther) {
  const TemporaryDir scratch;
  const auto cache = OpenCache(scratch / "cache", kLimit);
  DiskWatch watch(scratch / "cache");
  std::mt19937_64 random(1);
  std::uniform_int_distribution<size_t> size_of(1000, 300'000);
  // Each is worth more than all before it, so that all come in.
  double saved_s = 1;
  uint64_t offered_bytes = 0;
  for (uint64_t i = 0; i < 1000; ++i) {
    const size_t size = i % 100 == 99 ? kLimit / 16 : size_of(random);
    saved_s *= 1.02;
    Offer(cache.get(), KeyOf(i), BytesOf(i, size), saved_s * static_cast<double>(size));
    offered_bytes += size;
    if (i % 16 == 0) {
      ASSERT_TRUE(cache->Flush());
    }
  }
  ASSERT_TRUE(cache->Flush());
  const CacheStats stats = cache->Stats();
  EXPECT_GT(offered_bytes, 5 * kLimit);
  EXPECT_GT(stats.displaced, 300u);
  EXPECT_GT(stats.live_bytes, kLimit * 8 / 10);
  EXPECT_LE(watch.Stop(), kLimit);
  EXPECT_GT(watch.looks(), 100u);
  EXPECT_EQ(stats.not_written, 0u);
  EXPECT_EQ(stats.corrupt, 0u);
  const Verified verified = Verify(cache.get());
  EXPECT_EQ(verified.entries, stats.entries);
  EXPECT_EQ(verified.bad, 0u);
}

TEST(CacheLimit, HoldsForManyTinyFiles) {
  const TemporaryDir scratch;
  const auto cache = OpenCache(scratch / "cache", kSmallestCacheLimit);
  DiskWatch watch(scratch / "cache");
  for (uint64_t i = 0; i < 30'000; ++i) {
    Offer(cache.get(), KeyOf(i), BytesOf(i, 100), 1.0 + static_cast<double>(i / 100));
  }
  ASSERT_TRUE(cache->Flush());
  EXPECT_GT(cache->Stats().entries, 5'000u);
  EXPECT_LE(watch.Stop(), kSmallestCacheLimit);
}

TEST(CacheLimit, GarbageIsReclaimedAndWhatIsLiveInItMoves) {
  const TemporaryDir scratch;
  const auto cache = OpenCache(scratch / "cache", kLimit);
  constexpr size_t kSize = 50'000;
  constexpr uint64_t kFiles = 440;
  // Every second one is replaced by a version of its own, again and again.
  for (uint64_t i = 0; i < kFiles; ++i) Offer(cache.get(), KeyOf(i), BytesOf(i, kSize));
  ASSERT_TRUE(cache->Flush());
  for (uint64_t version = 1; version <= 10; ++version) {
    const SourceVersion source{kSource.size_bytes, static_cast<int64_t>(version)};
    for (uint64_t i = 1; i < kFiles; i += 2) {
      EXPECT_FALSE(cache->Find(KeyOf(i), source));
      Offer(cache.get(), KeyOf(i), BytesOf(i, kSize, version), kSavedS, source);
    }
    ASSERT_TRUE(cache->Flush());
  }
  const CacheStats stats = cache->Stats();
  EXPECT_EQ(stats.entries, kFiles);
  EXPECT_GT(stats.moved_bytes, 0u);
  EXPECT_LE(DiskUsage(scratch / "cache"), kLimit);
  for (uint64_t i = 0; i < kFiles; ++i) {
    const uint64_t version = i % 2 == 0 ? 0 : 10;
    const SourceVersion source = version == 0 ? kSource : SourceVersion{kSource.size_bytes, 10};
    const auto hit = cache->Find(KeyOf(i), source);
    ASSERT_TRUE(hit) << i;
    EXPECT_TRUE(Is(*hit, BytesOf(i, kSize, version))) << i;
  }
}

constexpr size_t kSampleBytes = 32'768;
constexpr uint64_t kReadLimit = 48 * kMiB;
constexpr uint32_t kCachedSamples = kReadLimit / kSampleBytes;

// Reads as the mount does: looks in the cache, and offers what it had to make.
std::function<bool(uint32_t)> ReaderOf(TensorCache* cache) {
  return [cache, misses = 0](uint32_t sample) mutable {
    if (cache->Find(KeyOf(sample), kSource)) return true;
    Offer(cache, KeyOf(sample), FileBytes(kSampleBytes));
    // Real misses take milliseconds, so that the writer is never far behind.
    if (++misses % 64 == 0) {
      EXPECT_TRUE(cache->Flush());
    }
    return false;
  };
}

TEST(CacheHitRate, InRandomPassesIsAboutThePartThatFits) {
  const TemporaryDir scratch;
  const auto cache = OpenCache(scratch / "cache", kReadLimit);
  const auto rates = HitRates(RandomPasses(2 * kCachedSamples, 1), 6, ReaderOf(cache.get()));
  for (size_t epoch = 1; epoch < rates.size(); ++epoch) {
    EXPECT_GE(rates[epoch], 0.9 * 0.5) << "epoch " << epoch + 1;
  }
  EXPECT_LT(cache->Stats().displaced, 100u);
}

double Mean(std::span<const double> rates) {
  return std::accumulate(rates.begin(), rates.end(), 0.0) / static_cast<double>(rates.size());
}

// From the first read on, where the LRU holds as many; once the cache had the time to learn what is
// read often, also where the LRU's entries fill the limit, of which it needs nothing for garbage.
TEST(CacheHitRate, OfASkewedReaderIsAtLeastThatOfAnLru) {
  const TemporaryDir scratch;
  const auto cache = OpenCache(scratch / "cache", kReadLimit);
  LruCache lru(kCachedSamples);
  constexpr uint32_t kSamples = 2 * kCachedSamples;
  constexpr size_t kEpochs = 16;
  const auto rates = HitRates(Zipf(kSamples, 1.0, 1), kEpochs, ReaderOf(cache.get()));
  const auto lru_rates =
      HitRates(Zipf(kSamples, 1.0, 1), kEpochs, [&](uint32_t sample) { return lru.Read(sample); });
  ASSERT_TRUE(cache->Flush());
  LruCache as_many(cache->Stats().entries);
  const auto as_many_rates = HitRates(Zipf(kSamples, 1.0, 1), kEpochs,
                                      [&](uint32_t sample) { return as_many.Read(sample); });
  EXPECT_GE(Mean(rates), Mean(as_many_rates));
  constexpr size_t kLearning = kEpochs / 2;
  EXPECT_GE(Mean(std::span(rates).subspan(kLearning)),
            Mean(std::span(lru_rates).subspan(kLearning)));
}

}  // namespace
}  // namespace tensorfs
