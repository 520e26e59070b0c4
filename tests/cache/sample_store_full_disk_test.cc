// SPDX-License-Identifier: MIT
// A disk that is full: a condition that is told once and goes when there is room again.
#include <gtest/gtest.h>

#include <chrono>
#include <filesystem>
#include <fstream>
#include <string>
#include <thread>

#include "cache/sample_store.h"
#include "small_disk.h"
#include "store_maker.h"
#include "tests/require_fuse.h"

namespace tensorfs {
namespace {

constexpr int kDiskMegabytes = 24;
constexpr size_t kPayloadBytes = 50000;

class SampleStoreFullDiskTest : public testing::TestWithParam<const char*> {
 protected:
  SampleStoreFullDiskTest() : disk_(GetParam(), kDiskMegabytes) {}

  void SetUp() override {
    if (disk_.is_mounted()) return;
    ASSERT_FALSE(IsFuseRequired()) << "mount is not permitted";
    GTEST_SKIP() << "mount is not permitted";
  }

  std::unique_ptr<SampleStore> OpenStore() {
    auto store = SampleStore::Open(disk_ / "store", {.segment_bytes = 1 << 20});
    EXPECT_TRUE(store) << store.error().message;
    return store ? std::move(*store) : nullptr;
  }

  SmallDisk disk_;
};

TEST_P(SampleStoreFullDiskTest, FailsPutsUntilThereIsRoomAgain) {
  const std::string ballast = disk_ / "ballast";
  std::ofstream(ballast) << std::string(8 << 20, 'x');
  auto store = OpenStore();
  int put = 0;
  Result<void> outcome;
  while ((outcome = PutSample(*store, std::to_string(put), 1, kPayloadBytes))) {
    ASSERT_LT(++put, kDiskMegabytes * 30) << "the disk does not fill up";
    if (put % 20 == 0) store->Flush();
  }
  EXPECT_EQ(outcome.error().code, ErrorCode::kIo);
  EXPECT_NE(outcome.error().message.find("No space left"), std::string::npos)
      << outcome.error().message;
  for (int i = 0; i < 1000; ++i) PutSample(*store, "more", 1, kPayloadBytes);
  EXPECT_NE(store->Stats().condition, "");
  EXPECT_LT(store->Stats().events.write_errors, 100u) << "a full disk is tried again and again";
  int found = 0;
  for (int i = 0; i < put; ++i) found += CheckSample(*store, std::to_string(i)) ? 1 : 0;
  EXPECT_GT(found, put / 2);

  std::filesystem::remove(ballast);
  bool works = false;
  for (int i = 0; i < 100 && !works; ++i) {
    std::this_thread::sleep_for(std::chrono::milliseconds(100));
    works = PutSample(*store, "after", 2, kPayloadBytes) && store->Flush();
  }
  EXPECT_TRUE(works) << store->Stats().condition;
  EXPECT_EQ(store->Stats().condition, "");
  EXPECT_EQ(CheckSample(*store, "after"), 2u);

  store.reset();
  store = OpenStore();
  EXPECT_EQ(CheckSample(*store, "after"), 2u);
  found = 0;
  for (int i = 0; i < put; ++i) found += CheckSample(*store, std::to_string(i)) ? 1 : 0;
  EXPECT_GT(found, put / 2);
  EXPECT_EQ(store->Stats().events.catalogs_replaced, 0u);
}

TEST_P(SampleStoreFullDiskTest, DropsMakeRoomWhereThereIsNone) {
  auto store = OpenStore();
  int put = 0;
  while (PutSample(*store, std::to_string(put), 1, kPayloadBytes)) {
    ASSERT_LT(++put, kDiskMegabytes * 30) << "the disk does not fill up";
    if (put % 20 == 0) store->Flush();
  }
  // To the last block, and to the last byte of the catalog's log.
  std::ofstream(disk_ / "ballast") << std::string(kDiskMegabytes << 20, 'x');
  for (int i = 0; i < 2000; ++i) {
    store->Drop("nothing" + std::to_string(i));
    if (i > 0 && !store->Flush()) break;
    ASSERT_LT(i, 1999) << "the catalog finds room";
  }
  int found = 0;
  for (int i = 0; i < put; ++i) {
    found += CheckSample(*store, std::to_string(i)) ? 1 : 0;
    store->Drop(std::to_string(i));
  }
  EXPECT_GT(found, put / 2);
  if (!store->Flush()) {  // puts that the disk refused waited beside the drops
    const Result<void> flushed = store->Flush();
    EXPECT_TRUE(flushed) << flushed.error().message;
  }
  EXPECT_NE(store->Stats().condition.find("No space left"), std::string::npos)
      << "drops are no reason to believe in room: " << store->Stats().condition;
  bool works = false;
  for (int i = 0; i < 600 && !works; ++i) {
    std::this_thread::sleep_for(std::chrono::milliseconds(100));
    works = PutSample(*store, "after", 2, kPayloadBytes) && store->Flush();
  }
  EXPECT_TRUE(works) << store->Stats().condition;
  EXPECT_EQ(store->Stats().condition, "");
  store.reset();
  store = OpenStore();
  EXPECT_EQ(CheckSample(*store, "after"), 2u);
  EXPECT_EQ(store->Stats().samples, 1u);
  EXPECT_EQ(store->Stats().events.catalogs_replaced, 0u);
}

TEST_P(SampleStoreFullDiskTest, WhatIsKeptIsReadWhileThereIsNoRoom) {
  auto store = OpenStore();
  ASSERT_TRUE(PutSample(*store, "kept", 1, kPayloadBytes));
  ASSERT_TRUE(store->Flush());
  std::ofstream(disk_ / "ballast") << std::string(kDiskMegabytes << 20, 'x');
  const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(4);
  for (int i = 0; std::chrono::steady_clock::now() < end; ++i) {
    store->Drop("other" + std::to_string(i));  // each try to recover fails, as the log is full
    (void)store->Flush();
    ASSERT_EQ(CheckSample(*store, "kept"), 1u) << i;
  }
  EXPECT_EQ(store->Stats().events.read_errors, 0u);
}

TEST_P(SampleStoreFullDiskTest, OpensOnADiskThatIsFull) {
  auto store = OpenStore();
  ASSERT_TRUE(PutSample(*store, "a", 1, kPayloadBytes));
  store.reset();
  std::ofstream(disk_ / "ballast") << std::string(kDiskMegabytes << 20, 'x');
  auto opened = SampleStore::Open(disk_ / "store", {});
  if (opened) {
    EXPECT_EQ(CheckSample(**opened, "a"), 1u);
    opened->reset();
  } else {
    EXPECT_EQ(opened.error().code, ErrorCode::kIo);
  }
  std::filesystem::remove(disk_ / "ballast");
  store = OpenStore();
  ASSERT_TRUE(store);
  EXPECT_EQ(CheckSample(*store, "a"), 1u) << "what was there is lost";
}

INSTANTIATE_TEST_SUITE_P(Disks, SampleStoreFullDiskTest, testing::Values("ext4", "tmpfs"),
                         [](const auto& disk) { return std::string(disk.param); });

}  // namespace
}  // namespace tensorfs
