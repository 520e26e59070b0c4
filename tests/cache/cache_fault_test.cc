// SPDX-License-Identifier: MIT
// Damage of every kind: the cache returns right bytes or nothing.
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <random>
#include <thread>

#include "cache/disk_usage.h"
#include "cache/tensor_cache.h"
#include "tests/cache/cache_fixture.h"

namespace tensorfs {
namespace {

constexpr uint64_t kMiB = 1 << 20;
constexpr uint64_t kLimit = 32 * kMiB;
constexpr uint64_t kFiles = kChurnedFiles;

void Fill(const std::string& directory) {
  const auto cache = OpenCache(directory, kLimit);
  for (uint64_t i = 0; i < kFiles; ++i) {
    Offer(cache.get(), KeyOf(i), BytesOf(i, SizeOf(i)));
    // Several files of the database.
    if (i % 20 == 19) {
      EXPECT_TRUE(cache->Flush());
    }
  }
}

// How many can be found; all of them right.
size_t CountRight(TensorCache* cache) {
  size_t found = 0;
  for (uint64_t i = 0; i < kFiles; ++i) {
    const auto hit = cache->Find(KeyOf(i), kSource);
    if (!hit) continue;
    ++found;
    EXPECT_TRUE(Is(*hit, BytesOf(i, SizeOf(i)))) << i;
  }
  return found;
}

std::vector<std::string> FilesWith(const std::string& directory, std::string_view part) {
  std::vector<std::string> found;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(directory)) {
    const std::string name = entry.path().filename().string();
    if (name.find(part) != std::string::npos) found.push_back(entry.path().string());
  }
  return found;
}

void Flip(const std::string& path, uint64_t offset) {
  std::fstream file(path, std::ios::in | std::ios::out | std::ios::binary);
  file.seekg(static_cast<std::streamoff>(offset));
  const char byte = static_cast<char>(file.get() ^ 0x10);
  file.seekp(static_cast<std::streamoff>(offset));
  file.put(byte);
}

TEST(CacheFaults, FlippedBitsInEveryTableFileAreMisses) {
  const TemporaryDir scratch;
  Fill(scratch / "cache");
  const std::vector<std::string> tables = FilesWith(scratch / "cache", ".sst");
  ASSERT_GE(tables.size(), 10u);
  std::mt19937_64 random(1);
  for (const std::string& table : tables) {
    const uint64_t size = std::filesystem::file_size(table);
    // In the first half: in values, not in the footer.
    for (int flip = 0; flip < 3; ++flip) Flip(table, random() % (size / 2));
  }
  const auto cache = OpenCache(scratch / "cache", kLimit);
  const size_t found = CountRight(cache.get());
  EXPECT_LT(found, kFiles);
  // The damaged ones can come in again.
  for (uint64_t i = 0; i < kFiles; ++i) Offer(cache.get(), KeyOf(i), BytesOf(i, SizeOf(i)));
  ASSERT_TRUE(cache->Flush());
  EXPECT_EQ(CountRight(cache.get()), kFiles);
}

TEST(CacheFaults, ABitFlippedAnywhereNeverGivesWrongBytes) {
  const TemporaryDir scratch;
  Fill(scratch / "cache");
  const std::vector<std::string> tables = FilesWith(scratch / "cache", ".sst");
  std::mt19937_64 random(2);
  for (int round = 0; round < 20; ++round) {
    const std::string& table = tables[random() % tables.size()];
    if (!std::filesystem::exists(table)) continue;
    const uint64_t size = std::filesystem::file_size(table);
    // The end has the index and the footer, the beginning values.
    Flip(table, round % 2 == 0 ? size - 1 - random() % 500 : random() % size);
    CountRight(OpenCache(scratch / "cache", kLimit).get());
  }
}

TEST(CacheFaults, LookingAtEveryEntryFindsAndDropsWhatIsDamaged) {
  const TemporaryDir scratch;
  Fill(scratch / "cache");
  const auto cache = OpenCache(scratch / "cache", kLimit);
  uint64_t flipped = 0;
  for (const std::string& table : FilesWith(scratch / "cache", ".sst")) {
    if (std::filesystem::file_size(table) < 100'000) continue;  // rows
    Flip(table, 50'000);
    ++flipped;
  }
  ASSERT_GT(flipped, 5u);
  EXPECT_EQ(Verify(cache.get()).bad, flipped);
  EXPECT_EQ(cache->Stats().corrupt, flipped);
  EXPECT_EQ(Verify(cache.get()).bad, 0u);
}

TEST(CacheFaults, ADamagedManifestStartsTheCacheEmptyAndSaysSo) {
  const TemporaryDir scratch;
  Fill(scratch / "cache");
  for (const std::string& manifest : FilesWith(scratch / "cache", "MANIFEST")) {
    std::ofstream(manifest, std::ios::trunc) << "nonsense";
  }
  const auto cache = OpenCache(scratch / "cache", kLimit);
  ASSERT_NE(cache, nullptr);
  EXPECT_NE(cache->Stats().condition.find("damaged"), std::string::npos);
  EXPECT_EQ(cache->Stats().entries, 0u);
  EXPECT_LT(DiskUsage(scratch / "cache"), 2 * kMiB) << "what was there is gone";
  Offer(cache.get(), KeyOf(1), BytesOf(1, 1000));
  ASSERT_TRUE(cache->Flush());
  EXPECT_TRUE(cache->Find(KeyOf(1), kSource));
}

TEST(CacheFaults, ADirectoryDeletedInUseGivesMissesAndNoCrash) {
  const TemporaryDir scratch;
  Fill(scratch / "cache");
  const auto cache = OpenCache(scratch / "cache", kLimit);
  std::filesystem::remove_all(scratch / "cache");
  CountRight(cache.get());  // of files that are open still
  for (uint64_t i = kFiles; i < kFiles + 50; ++i) Offer(cache.get(), KeyOf(i), BytesOf(i, 5000));
  EXPECT_FALSE(cache->Flush());
  EXPECT_FALSE(cache->Find(KeyOf(kFiles), kSource));
  const CacheStats stats = cache->Stats();
  EXPECT_GT(stats.write_failures, 0u);
  EXPECT_GT(stats.not_written, 0u);
  EXPECT_NE(stats.condition, "");
}

TEST(CacheFaults, KilledAtAnyTimeItOpensAgainWithRightBytesOnly) {
  const TemporaryDir scratch;
  std::mt19937_64 random(3);
  size_t found = 0;
  for (uint64_t round = 1; round <= 25; ++round) {
    int progress[2];
    ASSERT_EQ(pipe(progress), 0);
    const pid_t child = fork();
    ASSERT_GE(child, 0);
    if (child == 0) {
      dup2(progress[1], STDOUT_FILENO);
      close(progress[0]);
      execl(CACHE_CHURN, CACHE_CHURN, (scratch / "cache").c_str(), std::to_string(round).c_str(),
            nullptr);
      _exit(127);
    }
    close(progress[1]);
    // The kill comes while work goes on: after so many things done, but not at their end.
    const size_t things = 1 + random() % 100;
    char byte;
    for (size_t done = 0; done < things; ++done) ASSERT_EQ(read(progress[0], &byte, 1), 1);
    std::this_thread::sleep_for(std::chrono::microseconds(random() % 5000));
    kill(child, SIGKILL);
    int status = 0;
    ASSERT_EQ(waitpid(child, &status, 0), child);
    close(progress[0]);
    ASSERT_TRUE(WIFSIGNALED(status)) << "round " << round << ": " << WEXITSTATUS(status);

    const auto cache = OpenCache(scratch / "cache", 8 * kMiB);
    ASSERT_NE(cache, nullptr);
    EXPECT_EQ(cache->Stats().condition, "");
    EXPECT_LE(DiskUsage(scratch / "cache"), 8 * kMiB);
    found += CountRight(cache.get());
    EXPECT_EQ(cache->Stats().corrupt, 0u);
  }
  EXPECT_GT(found, 100u);
}

TEST(CacheThreads, ReadOfferDropAndLookTogether) {
  const TemporaryDir scratch;
  const auto cache = OpenCache(scratch / "cache", 8 * kMiB);
  std::vector<std::thread> threads;
  std::atomic<uint64_t> hits = 0;
  for (uint64_t t = 0; t < 4; ++t) {
    threads.emplace_back([&, t] {
      std::mt19937_64 random(t);
      for (int i = 0; i < 400; ++i) {
        const uint64_t number = random() % kFiles;
        if (const auto hit = cache->Find(KeyOf(number), kSource)) {
          ++hits;
          EXPECT_TRUE(Is(*hit, BytesOf(number, SizeOf(number))));
        } else {
          Offer(cache.get(), KeyOf(number), BytesOf(number, SizeOf(number)), 1.0 + i);
        }
        if (i % 50 == 10) cache->Drop(KeyOf(number));
        if (i % 50 == 20) (void)cache->Stats();
        if (i % 50 == 30) (void)cache->Flush();
        if (i % 200 == 40) (void)cache->Hottest(10);
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_GT(hits, 100u);
  EXPECT_EQ(cache->Stats().corrupt, 0u);
}

}  // namespace
}  // namespace tensorfs
