// SPDX-License-Identifier: MIT
// Garbage and limits: what a store takes on its disk while it is used.
#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <map>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include "cache/disk_usage.h"
#include "cache/sample_store.h"
#include "store_maker.h"
#include "tests/tools/temporary_dir.h"

namespace tensorfs {
namespace {

constexpr uint64_t kLimitBytes = 8 << 20;

std::unique_ptr<SampleStore> OpenStore(const std::string& path, SampleStore::Options options) {
  auto store = SampleStore::Open(path, options);
  EXPECT_TRUE(store) << store.error().message;
  return store ? std::move(*store) : nullptr;
}

template <typename Condition>
bool Eventually(const Condition& condition) {
  // Long, for a disk that others keep busy.
  const auto end = std::chrono::steady_clock::now() + std::chrono::minutes(2);
  while (std::chrono::steady_clock::now() < end) {
    if (condition()) return true;
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
  return false;
}

TEST(SampleStoreSpaceTest, ReclaimsGarbageWhileOpen) {
  TemporaryDir directory;
  const auto store = OpenStore(directory / "store", {.segment_bytes = 1 << 20});
  for (int round = 1; round <= 5; ++round) {
    for (int i = 0; i < 50; ++i) {
      ASSERT_TRUE(PutSample(*store, std::to_string(i), round, 40000));
    }
    ASSERT_TRUE(store->Flush());
  }
  EXPECT_TRUE(Eventually([&] {
    const StoreStats stats = store->Stats();
    return stats.garbage_bytes <= stats.live_bytes;
  })) << store->Stats().garbage_bytes;
  for (int i = 0; i < 50; ++i) EXPECT_EQ(CheckSample(*store, std::to_string(i)), 5u);
}

TEST(SampleStoreSpaceTest, ASegmentOfMostlyGarbageIsNotWrittenOn) {
  TemporaryDir directory;
  const auto store = OpenStore(directory / "store", {});
  for (int i = 0; i < 50; ++i) ASSERT_TRUE(PutSample(*store, std::to_string(i), 1, 40000));
  for (int i = 0; i < 49; ++i) store->Drop(std::to_string(i));
  ASSERT_TRUE(store->Flush());
  EXPECT_TRUE(Eventually([&] { return store->Stats().segment_bytes < 50000; }))
      << store->Stats().segment_bytes;
  EXPECT_EQ(CheckSample(*store, "49"), 1u);
}

TEST(SampleStoreSpaceTest, WhatWasDroppedIsReclaimedOnRequestToTheLastByte) {
  TemporaryDir directory;
  const auto store = OpenStore(directory / "store", {});
  for (int i = 0; i < 5; ++i) ASSERT_TRUE(PutSample(*store, std::to_string(i), 1, 4000));
  for (int i = 0; i < 5; ++i) store->Drop(std::to_string(i));
  ASSERT_TRUE(store->Flush());
  store->ReclaimSoon();
  EXPECT_TRUE(Eventually([&] { return store->Stats().segments == 0; }));
}

TEST(SampleStoreSpaceTest, MovesTheLiveRecordsOutOfGarbage) {
  TemporaryDir directory;
  auto store = OpenStore(directory / "store", {.segment_bytes = 1 << 20});
  for (int i = 0; i < 200; ++i) ASSERT_TRUE(PutSample(*store, std::to_string(i), 1, 40000));
  ASSERT_TRUE(store->Flush());
  const auto old_place = store->Find("0");
  for (int i = 0; i < 200; ++i) {
    if (i % 4 != 0) store->Drop(std::to_string(i));
  }
  ASSERT_TRUE(store->Flush());
  EXPECT_TRUE(Eventually([&] {
    const StoreStats stats = store->Stats();
    return stats.segment_bytes < 4 << 20 && stats.events.records_rewritten >= 40;
  }));
  std::vector<uint8_t> payload(40000);
  EXPECT_TRUE(store->Read("0", *old_place, payload)) << "found again at its new place";
  EXPECT_TRUE(payload == MakeSample("0", 1, 40000).payload);
  for (int round = 0; round < 2; ++round) {
    for (int i = 0; i < 200; ++i) {
      const auto version = CheckSample(*store, std::to_string(i));
      EXPECT_EQ(version.has_value(), i % 4 == 0) << i;
    }
    store.reset();
    store = OpenStore(directory / "store", {.segment_bytes = 1 << 20});
  }
  EXPECT_EQ(store->Stats().samples, 50u);
}

TEST(SampleStoreSpaceTest, AFullStoreTakesPutsAgainAfterDrops) {
  TemporaryDir directory;
  const auto store = OpenStore(directory / "store", {.limit_bytes = kLimitBytes});
  int stored = 0;
  while (PutSample(*store, std::to_string(stored), 1, 30000)) ++stored;
  // A little garbage in every segment: only rewriting can use it.
  for (int i = 0; i < stored; i += 4) store->Drop(std::to_string(i));
  EXPECT_TRUE(Eventually([&] { return PutSample(*store, "new", 1, 400000).has_value(); }));
  EXPECT_EQ(CheckSample(*store, "new"), 1u);
  EXPECT_LE(DiskUsage(directory / "store"), kLimitBytes);
}

TEST(SampleStoreSpaceTest, ManySmallSegmentsBecomeOne) {
  TemporaryDir directory;
  for (int i = 0; i < 20; ++i) {
    const auto store = OpenStore(directory / "store", {});
    ASSERT_TRUE(PutSample(*store, std::to_string(i), 1, 1000));
  }
  const auto store = OpenStore(directory / "store", {});
  ASSERT_TRUE(PutSample(*store, "last", 1, 1000));
  ASSERT_TRUE(store->Flush());
  EXPECT_TRUE(Eventually([&] { return store->Stats().segment_bytes < 18 * 1104 + 5000; }));
  for (int i = 0; i < 20; ++i) EXPECT_EQ(CheckSample(*store, std::to_string(i)), 1u);
}

// Random operations against a plain map. A put that is refused leaves what was there.
TEST(SampleStoreSpaceTest, BehavesAsAMapWithinItsLimitUnderChurn) {
  TemporaryDir directory;
  const SampleStore::Options options = {.limit_bytes = kLimitBytes};
  auto store = OpenStore(directory / "store", options);
  std::map<std::string, uint64_t> model;
  std::minstd_rand random(7);
  uint64_t most_bytes = 0;
  int refused = 0;
  for (uint64_t step = 1; step <= 6000; ++step) {
    const std::string key = std::string(random() % 60, 'k') + std::to_string(random() % 300);
    const uint64_t what = random() % 100;
    if (what < 60) {
      const size_t bytes = random() % 10 == 0 ? random() % 300000 : random() % 20000;
      const Result<void> put = PutSample(*store, key, step, bytes);
      if (put) {
        model[key] = step;
      } else {
        ++refused;
        ASSERT_EQ(put.error().code, ErrorCode::kTooLarge) << put.error().message;
      }
    } else if (what < 75) {
      store->Drop(key);
      model.erase(key);
    } else if (what < 98) {
      const auto expected = model.find(key);
      const auto version = CheckSample(*store, key);
      ASSERT_EQ(version.has_value(), expected != model.end()) << key << " at " << step;
      if (version) {
        ASSERT_EQ(*version, expected->second) << key << " at " << step;
      }
    } else if (what == 98) {
      ASSERT_TRUE(store->Flush());
    } else if (random() % 4 == 0) {
      store.reset();
      store = OpenStore(directory / "store", options);
    }
    const uint64_t disk_bytes = DiskUsage(directory / "store");
    most_bytes = std::max(most_bytes, disk_bytes);
    ASSERT_LE(disk_bytes, kLimitBytes) << "at " << step;
    ASSERT_LE(store->Stats().reserved_bytes, kLimitBytes) << "at " << step;
  }
  std::map<std::string, uint64_t> found;
  ASSERT_TRUE(store->ForEach([&](std::string_view key, const StoredSample& sample) {
    found[std::string(key)] = sample.source.change_stamp;
    return true;
  }));
  EXPECT_EQ(found, model);
  EXPECT_GT(refused, 0) << "the limit was never reached";
  EXPECT_GT(most_bytes, kLimitBytes / 2);
}

// Many small entries: here the catalog takes what the limit gives.
TEST(SampleStoreSpaceTest, TheCatalogStaysWithinTheLimitToo) {
  TemporaryDir directory;
  const auto store = OpenStore(directory / "store", {.limit_bytes = kLimitBytes});
  std::atomic<bool> done = false;
  std::atomic<uint64_t> most_bytes = 0;
  std::thread watcher([&] {
    while (!done) most_bytes = std::max<uint64_t>(most_bytes, DiskUsage(directory / "store"));
  });
  std::minstd_rand random(7);
  for (int step = 0; step < 150000; ++step) {
    const std::string key = "some/directory/with/a/long/name/" + std::to_string(random() % 20000);
    if (random() % 3 == 0) {
      store->Drop(key);
    } else {
      const Result<void> put = PutSample(*store, key, 1, 10);
      if (!put && put.error().code == ErrorCode::kBusy) {
        ASSERT_TRUE(store->Flush());
      }
    }
  }
  done = true;
  watcher.join();
  EXPECT_LE(most_bytes, kLimitBytes);
  EXPECT_GT(store->Stats().samples, 1000u);
}

// Readers never see wrong bytes, whatever is replaced, dropped and rewritten around them.
TEST(SampleStoreSpaceTest, ManyThreadsAtOnce) {
  TemporaryDir directory;
  const auto store = OpenStore(directory / "store", {.limit_bytes = kLimitBytes});
  std::atomic<bool> done = false;
  std::atomic<uint64_t> reads = 0;
  std::vector<std::thread> threads;
  for (int writer = 0; writer < 2; ++writer) {
    threads.emplace_back([&, writer] {
      std::minstd_rand random(writer + 1);
      for (uint64_t version = 1; !done; ++version) {
        const std::string key = std::to_string(random() % 100);
        if (random() % 5 == 0) store->Drop(key);
        PutSample(*store, key, version * 2 + writer, random() % 60000);
      }
    });
  }
  for (int reader = 0; reader < 2; ++reader) {
    threads.emplace_back([&, reader] {
      std::minstd_rand random(reader + 10);
      while (!done) {
        if (CheckSample(*store, std::to_string(random() % 100))) ++reads;
      }
    });
  }
  EXPECT_TRUE(Eventually([&] {
    EXPECT_TRUE(store->ForEach([](std::string_view, const StoredSample&) { return true; }));
    const StoreStats stats = store->Stats();
    EXPECT_LE(stats.reserved_bytes, kLimitBytes);
    EXPECT_LE(DiskUsage(directory / "store"), kLimitBytes);
    EXPECT_EQ(stats.condition, "");
    return reads > 1000 && stats.events.segments_removed > 10 &&
           stats.events.records_rewritten > 10;
  }));
  done = true;
  for (std::thread& thread : threads) thread.join();
  const StoreStats stats = store->Stats();
  EXPECT_EQ(stats.events.corrupt_records, 0u);
  EXPECT_EQ(stats.events.corrupt_entries, 0u);
  EXPECT_EQ(stats.events.catalogs_replaced, 0u);
  EXPECT_EQ(stats.events.read_errors, 0u);
}

}  // namespace
}  // namespace tensorfs
