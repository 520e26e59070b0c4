// SPDX-License-Identifier: MIT
#include "cache/sample_store.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <map>
#include <string>

#include "cache/disk_usage.h"
#include "store_maker.h"
#include "tests/tools/temporary_dir.h"

namespace tensorfs {
namespace {

class SampleStoreTest : public testing::Test {
 protected:
  SampleStoreTest() { Open(); }

  // As a new process would.
  void Open(SampleStore::Options options = {}) {
    store_.reset();
    auto store = SampleStore::Open(path_, options);
    ASSERT_TRUE(store) << store.error().message;
    store_ = std::move(*store);
  }

  Result<void> Put(std::string_view key, uint64_t version, size_t bytes = 1000) {
    return PutSample(*store_, key, version, bytes);
  }
  std::optional<uint64_t> VersionOf(std::string_view key) { return CheckSample(*store_, key); }
  std::map<std::string, int64_t> All() {
    std::map<std::string, int64_t> all;
    EXPECT_TRUE(store_->ForEach([&](std::string_view key, const StoredSample& sample) {
      EXPECT_TRUE(all.emplace(key, sample.source.change_stamp).second) << key << " twice";
      return true;
    }));
    return all;
  }

  TemporaryDir directory_;
  const std::string path_ = directory_ / "store";
  std::unique_ptr<SampleStore> store_;
};

TEST_F(SampleStoreTest, FindsWhatWasPutAtOnce) {
  ASSERT_TRUE(Put("a.jpg", 1));
  EXPECT_EQ(VersionOf("a.jpg"), 1u);
  EXPECT_FALSE(store_->Find("b.jpg"));
}

TEST_F(SampleStoreTest, FindsItAfterItIsDurableAndAfterReopening) {
  ASSERT_TRUE(Put("a.jpg", 1));
  ASSERT_TRUE(store_->Flush());
  EXPECT_EQ(VersionOf("a.jpg"), 1u);
  Open();
  EXPECT_EQ(VersionOf("a.jpg"), 1u);
}

TEST_F(SampleStoreTest, ClosingMakesEverythingDurable) {
  for (int i = 0; i < 100; ++i) ASSERT_TRUE(Put("sample" + std::to_string(i), i + 1));
  Open();
  for (int i = 0; i < 100; ++i) EXPECT_EQ(VersionOf("sample" + std::to_string(i)), i + 1u);
  EXPECT_EQ(store_->Stats().samples, 100u);
}

TEST_F(SampleStoreTest, KeysAreBytes) {
  const std::string odd("\xff\x00 \n\xc3", 5);
  ASSERT_TRUE(Put(odd, 1));
  ASSERT_TRUE(Put("plain", 2));
  Open();
  EXPECT_EQ(VersionOf(odd), 1u);
  EXPECT_FALSE(store_->Find(std::string_view(odd).substr(0, 1)));
}

TEST_F(SampleStoreTest, AnEmptyPayloadIsOne) {
  ASSERT_TRUE(Put("empty", 1, 0));
  Open();
  EXPECT_EQ(VersionOf("empty"), 1u);
}

TEST_F(SampleStoreTest, RefusesKeysAndFormsThatTheFormatCannotHold) {
  EXPECT_EQ(Put("", 1).error().code, ErrorCode::kInvalidArgument);
  EXPECT_EQ(Put(std::string(SampleStore::kMaxKeyBytes + 1, 'k'), 1).error().code,
            ErrorCode::kInvalidArgument);
  MadeSample made = MakeSample("a", 1, 10);
  made.form.form.stage = 70000;
  EXPECT_EQ(store_->Put("a", made.source, made.form, made.payload).error().code,
            ErrorCode::kInvalidArgument);
  EXPECT_TRUE(Put(std::string(SampleStore::kMaxKeyBytes, 'k'), 1));
}

TEST_F(SampleStoreTest, APutReplacesWhatWasThere) {
  ASSERT_TRUE(Put("a", 1, 1000));
  ASSERT_TRUE(Put("a", 2, 500));  // before the first is durable
  ASSERT_TRUE(store_->Flush());
  ASSERT_TRUE(Put("a", 3, 100));  // after
  EXPECT_EQ(VersionOf("a"), 3u);
  ASSERT_TRUE(store_->Flush());
  EXPECT_EQ(VersionOf("a"), 3u);
  const StoreStats stats = store_->Stats();
  EXPECT_EQ(stats.samples, 1u);
  EXPECT_EQ(stats.live_bytes, RecordBytes(100));
  EXPECT_EQ(stats.garbage_bytes, RecordBytes(1000) + RecordBytes(500));
  Open();
  EXPECT_EQ(VersionOf("a"), 3u);
}

TEST_F(SampleStoreTest, ADroppedSampleIsGoneForGood) {
  ASSERT_TRUE(Put("waiting", 1));
  ASSERT_TRUE(Put("durable", 1));
  store_->Drop("waiting");
  EXPECT_FALSE(store_->Find("waiting"));
  ASSERT_TRUE(store_->Flush());
  store_->Drop("durable");
  EXPECT_FALSE(store_->Find("durable"));
  ASSERT_TRUE(store_->Flush());
  EXPECT_FALSE(store_->Find("durable"));
  EXPECT_EQ(store_->Stats().samples, 0u);
  EXPECT_EQ(store_->Stats().live_bytes, 0u);
  Open();
  EXPECT_FALSE(store_->Find("durable"));
  EXPECT_FALSE(store_->Find("waiting"));
}

TEST_F(SampleStoreTest, VisitsEverySampleOnceWaitingOrNot) {
  std::map<std::string, int64_t> expected;
  for (int i = 0; i < 1500; ++i) {
    const std::string key = "k" + std::to_string(i);
    ASSERT_TRUE(Put(key, i + 1, 10));
    expected[key] = i + 1;
    if (i == 1200) {
      ASSERT_TRUE(store_->Flush());
    }
  }
  ASSERT_TRUE(Put("k7", 9999, 10));
  expected["k7"] = 9999;
  store_->Drop("k8");
  expected.erase("k8");
  EXPECT_EQ(All(), expected);
  Open();
  EXPECT_EQ(All(), expected);
}

TEST_F(SampleStoreTest, CountsSamplesAndBytesByForm) {
  FormUsages expected;
  for (int i = 0; i < 40; ++i) {
    const std::string key = std::to_string(i);
    ASSERT_TRUE(Put(key, 1, 100 + i));
    const Form form = MakeSample(key, 1, 0).form.form;
    FormUsage& usage = expected[form];
    ++usage.samples;
    usage.payload_bytes += 100 + i;
  }
  ASSERT_TRUE(store_->Flush());
  EXPECT_EQ(store_->Stats().forms, expected);
  Open();
  EXPECT_EQ(store_->Stats().forms, expected);
}

TEST_F(SampleStoreTest, ALimitTooSmallToWorkIsRefused) {
  store_.reset();
  const auto store = SampleStore::Open(path_, {.limit_bytes = 1 << 20});
  ASSERT_FALSE(store);
  EXPECT_EQ(store.error().code, ErrorCode::kInvalidArgument);
  EXPECT_NE(store.error().message.find("4194304"), std::string::npos) << store.error().message;
}

TEST_F(SampleStoreTest, RefusesWhatTheLimitHasNoRoomFor) {
  Open({.limit_bytes = SampleStore::kMinLimitBytes});
  int stored = 0;
  Result<void> put;
  while ((put = Put("k" + std::to_string(stored), 1, 50000))) ++stored;
  EXPECT_EQ(put.error().code, ErrorCode::kTooLarge);
  EXPECT_GT(stored, 30);
  EXPECT_EQ(store_->Stats().events.puts_refused, 1u);
  EXPECT_LE(DiskUsage(path_), SampleStore::kMinLimitBytes);
  for (int i = 0; i < stored; ++i) EXPECT_EQ(VersionOf("k" + std::to_string(i)), 1u);
  EXPECT_EQ(store_->Stats().condition, "");
}

TEST_F(SampleStoreTest, ALowerLimitKeepsTheNewestSegments) {
  Open({.limit_bytes = 64 << 20, .segment_bytes = 1 << 20});
  for (int i = 0; i < 100; ++i) ASSERT_TRUE(Put("k" + std::to_string(i), 1, 200000));
  Open({.limit_bytes = 8 << 20});
  EXPECT_LE(DiskUsage(path_), 8u << 20);
  EXPECT_EQ(VersionOf("k99"), 1u);
  EXPECT_FALSE(store_->Find("k0"));
  EXPECT_GT(store_->Stats().samples, 20u);
}

TEST_F(SampleStoreTest, ASampleThatChangedSinceItWasFoundIsStale) {
  ASSERT_TRUE(Put("a", 1));
  const auto found = store_->Find("a");
  ASSERT_TRUE(store_->Flush());
  std::filesystem::remove_all(path_ + "/segments");
  std::vector<uint8_t> payload(1000);
  EXPECT_TRUE(store_->Read("a", *found, payload)) << "an open file is there to its end";
  Open();
  EXPECT_FALSE(store_->Find("a"));
  EXPECT_EQ(store_->Read("a", *found, payload).error().code, ErrorCode::kStale);
}

TEST_F(SampleStoreTest, WhatACrashLeftBehindIsRemoved) {
  ASSERT_TRUE(Put("a", 1));
  store_.reset();
  std::ofstream(path_ + "/segments/00000900.segment") << std::string(10000, 'x');
  std::ofstream(path_ + "/segments/notes.txt") << "mine";
  Open();
  EXPECT_FALSE(std::filesystem::exists(path_ + "/segments/00000900.segment"));
  EXPECT_TRUE(std::filesystem::exists(path_ + "/segments/notes.txt"));
  EXPECT_EQ(VersionOf("a"), 1u);
  ASSERT_TRUE(Put("b", 1));
  EXPECT_TRUE(std::filesystem::exists(path_ + "/segments/00000901.segment"));
}

TEST_F(SampleStoreTest, EntriesBeyondATruncatedFileAreDropped) {
  ASSERT_TRUE(Put("first", 1));
  ASSERT_TRUE(Put("second", 1));
  store_.reset();
  std::filesystem::resize_file(path_ + "/segments/00000001.segment", 16 + RecordBytes(1000) + 5);
  Open();
  EXPECT_EQ(VersionOf("first"), 1u);
  EXPECT_FALSE(store_->Find("second"));
  EXPECT_EQ(store_->Stats().samples, 1u);
}

}  // namespace
}  // namespace tensorfs
