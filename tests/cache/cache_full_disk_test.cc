// SPDX-License-Identifier: MIT
// A disk that is full before the cache's limit is reached: what is cached stays, what comes is lost
// and counted, until there is room again.
#include <gtest/gtest.h>

#include <chrono>
#include <filesystem>
#include <fstream>
#include <thread>

#include "cache/disk_usage.h"
#include "cache/tensor_cache.h"
#include "tests/cache/cache_fixture.h"
#include "tests/cache/small_disk.h"
#include "tests/require_fuse.h"

namespace tensorfs {
namespace {

constexpr uint64_t kMiB = 1 << 20;
constexpr int kDiskMegabytes = 24;
constexpr size_t kFileBytes = 200'000;

class CacheFullDisk : public testing::TestWithParam<const char*> {
 protected:
  CacheFullDisk() : disk_(GetParam(), kDiskMegabytes) {}

  void SetUp() override {
    if (disk_.is_mounted()) return;
    ASSERT_FALSE(IsFuseRequired()) << "mount is not permitted";
    GTEST_SKIP() << "mount is not permitted";
  }

  SmallDisk disk_;
};

TEST_P(CacheFullDisk, PausesWritingUntilThereIsRoom) {
  const std::string ballast = disk_ / "ballast";
  std::ofstream(ballast) << std::string(8 * kMiB, 'x');
  const auto cache = OpenCache(disk_ / "cache", 64 * kMiB);
  ASSERT_NE(cache, nullptr);
  for (uint64_t i = 0; i < 160; ++i) {
    Offer(cache.get(), KeyOf(i), BytesOf(i, kFileBytes));
    if (i % 8 == 7) (void)cache->Flush();
  }
  const CacheStats full = cache->Stats();
  EXPECT_GE(full.write_failures, 1u);
  EXPECT_LT(full.write_failures, 20u) << "a full disk is tried again and again";
  EXPECT_GT(full.not_written, 0u);
  EXPECT_NE(full.condition.find("No space left"), std::string::npos) << full.condition;
  EXPECT_GT(full.entries, 30u) << "what was written is lost";
  EXPECT_EQ(Verify(cache.get()).bad, 0u);

  std::filesystem::remove(ballast);
  bool is_found = false;
  for (int tried = 0; tried < 100 && !is_found; ++tried) {
    std::this_thread::sleep_for(std::chrono::milliseconds(100));
    Offer(cache.get(), KeyOf(1000), BytesOf(1000, kFileBytes));
    is_found = cache->Flush() && cache->Find(KeyOf(1000), kSource);
  }
  EXPECT_TRUE(is_found);
  EXPECT_EQ(cache->Stats().condition, "");
}

TEST_P(CacheFullDisk, EvictingMakesRoom) {
  const auto cache = OpenCache(disk_ / "cache", 64 * kMiB);
  ASSERT_NE(cache, nullptr);
  for (uint64_t i = 0; i < 160; ++i) {
    Offer(cache.get(), KeyOf(i), BytesOf(i, kFileBytes));
    if (i % 8 == 7) (void)cache->Flush();
  }
  // To the last block, that a note of what went could still be written to.
  std::ofstream(disk_ / "ballast") << std::string(kDiskMegabytes * kMiB, 'x');
  ASSERT_NE(cache->Stats().condition, "");
  const uint64_t entries = cache->Stats().entries;
  EXPECT_GT(entries, 30u);
  const auto evicted = cache->Evict([](std::string_view) { return true; });
  ASSERT_TRUE(evicted) << evicted.error().message;
  EXPECT_EQ(evicted->entries, entries);
  EXPECT_EQ(cache->Stats().entries, 0u);
  EXPECT_LT(DiskUsage(disk_ / "cache"), 2 * kMiB);
  bool is_found = false;
  for (int tried = 0; tried < 600 && !is_found; ++tried) {
    std::this_thread::sleep_for(std::chrono::milliseconds(100));
    Offer(cache.get(), KeyOf(1000), BytesOf(1000, kFileBytes));
    is_found = cache->Flush() && cache->Find(KeyOf(1000), kSource);
  }
  EXPECT_TRUE(is_found);
  EXPECT_EQ(cache->Stats().condition, "");
}

INSTANTIATE_TEST_SUITE_P(Disks, CacheFullDisk, testing::Values("ext4", "tmpfs"),
                         [](const auto& disk) { return std::string(disk.param); });

}  // namespace
}  // namespace tensorfs
