// SPDX-License-Identifier: MIT
// Flipped bits, lost files and a deleted directory: what is found is right, and the store works on.
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <string>
#include <thread>
#include <vector>

#include "cache/sample_store.h"
#include "store_maker.h"
#include "tests/tools/temporary_dir.h"

namespace tensorfs {
namespace {

namespace fs = std::filesystem;

constexpr int kSamples = 40;
constexpr size_t kPayloadBytes = 300;

std::string KeyOf(int i) { return "train/class/sample-" + std::to_string(i) + ".JPEG"; }

std::unique_ptr<SampleStore> OpenStore(const std::string& path) {
  auto store = SampleStore::Open(path, {.limit_bytes = 64 << 20});
  EXPECT_TRUE(store) << store.error().message;
  return store ? std::move(*store) : nullptr;
}

// Samples in two segments, with entries in table files and in the log of changes.
void MakeStore(const std::string& path) {
  for (const int first : {0, kSamples / 2}) {
    const auto store = OpenStore(path);
    for (int i = first; i < first + kSamples / 2; ++i) {
      ASSERT_TRUE(PutSample(*store, KeyOf(i), 1, kPayloadBytes));
    }
  }
}

void FlipBit(const fs::path& file, uint64_t offset) {
  std::fstream stream(file, std::ios::in | std::ios::out | std::ios::binary);
  stream.seekg(static_cast<std::streamoff>(offset));
  const int byte = stream.get();
  stream.seekp(static_cast<std::streamoff>(offset));
  stream.put(static_cast<char>(byte ^ (1 << offset % 8)));
}

std::vector<fs::path> FilesIn(const fs::path& directory) {
  std::vector<fs::path> files;
  for (const auto& entry : fs::recursive_directory_iterator(directory)) {
    if (entry.is_regular_file()) files.push_back(fs::relative(entry.path(), directory));
  }
  std::ranges::sort(files);
  return files;
}

// Returns how many samples are still there, each with the right bytes.
int CheckAll(const SampleStore& store) {
  int found = 0;
  for (int i = 0; i < kSamples; ++i) found += CheckSample(store, KeyOf(i)).has_value() ? 1 : 0;
  return found;
}

void ExpectWorks(SampleStore& store) {
  EXPECT_TRUE(PutSample(store, "new", 5, 1000));
  const Result<void> flushed = store.Flush();
  EXPECT_TRUE(flushed) << flushed.error().message;
  EXPECT_EQ(CheckSample(store, "new"), 5u);
}

class SampleStoreDamageTest : public testing::Test {
 protected:
  SampleStoreDamageTest() { MakeStore(good_); }

  void CopyGood() {
    fs::remove_all(bad_);
    fs::copy(good_, bad_, fs::copy_options::recursive);
  }

  TemporaryDir directory_;
  const std::string good_ = directory_ / "good";
  const std::string bad_ = directory_ / "bad";
};

TEST_F(SampleStoreDamageTest, AFlippedBitAnywhereNeverGivesWrongBytes) {
  int lost = 0;
  for (const fs::path& file : FilesIn(good_)) {
    const uint64_t size = fs::file_size(fs::path(good_) / file);
    const uint64_t step = std::max<uint64_t>(1, size / 40) | 1;
    for (uint64_t offset = 0; offset < size; offset += step) {
      SCOPED_TRACE(file.string() + " at " + std::to_string(offset));
      CopyGood();
      FlipBit(fs::path(bad_) / file, offset);
      const auto store = OpenStore(bad_);
      ASSERT_TRUE(store);
      lost += kSamples - CheckAll(*store);
      ExpectWorks(*store);
    }
  }
  EXPECT_GT(lost, 100) << "the flips hit nothing";
}

TEST_F(SampleStoreDamageTest, ACutFileNeverGivesWrongBytes) {
  for (const fs::path& file : FilesIn(good_)) {
    const uint64_t size = fs::file_size(fs::path(good_) / file);
    for (const uint64_t rest : {uint64_t{0}, size / 3, size - std::min<uint64_t>(size, 1)}) {
      SCOPED_TRACE(file.string() + " cut to " + std::to_string(rest));
      CopyGood();
      fs::resize_file(fs::path(bad_) / file, rest);
      const auto store = OpenStore(bad_);
      ASSERT_TRUE(store);
      CheckAll(*store);
      ExpectWorks(*store);
    }
  }
}

TEST_F(SampleStoreDamageTest, AMissingFileNeverGivesWrongBytes) {
  for (const fs::path& file : FilesIn(good_)) {
    SCOPED_TRACE(file.string());
    CopyGood();
    fs::remove(fs::path(bad_) / file);
    const auto store = OpenStore(bad_);
    ASSERT_TRUE(store);
    CheckAll(*store);
    ExpectWorks(*store);
  }
}

TEST_F(SampleStoreDamageTest, ABadRecordIsDroppedAndCountedOnce) {
  FlipBit(fs::path(good_) / "segments/00000001.segment", 16 + 88 + 10);
  const auto store = OpenStore(good_);
  const auto found = store->Find(KeyOf(0));
  ASSERT_TRUE(found);
  std::vector<uint8_t> payload(kPayloadBytes);
  const Result<void> read = store->Read(KeyOf(0), *found, payload);
  ASSERT_FALSE(read);
  EXPECT_EQ(read.error().code, ErrorCode::kCorrupt);
  EXPECT_NE(read.error().message.find("00000001.segment"), std::string::npos);
  EXPECT_FALSE(store->Find(KeyOf(0)));
  EXPECT_FALSE(store->Read(KeyOf(0), *found, payload));
  EXPECT_EQ(store->Stats().events.corrupt_records, 1u);
  EXPECT_EQ(CheckAll(*store), kSamples - 1);
  ASSERT_TRUE(PutSample(*store, KeyOf(0), 2, 500));
  EXPECT_EQ(CheckSample(*store, KeyOf(0)), 2u);
}

TEST_F(SampleStoreDamageTest, AnUnreadableCatalogIsReplacedAndItsSegmentsRemoved) {
  for (const fs::path& file : FilesIn(fs::path(good_) / "catalog")) {
    if (file.string().starts_with("MANIFEST")) FlipBit(fs::path(good_) / "catalog" / file, 20);
  }
  const auto store = OpenStore(good_);
  ASSERT_TRUE(store);
  EXPECT_EQ(store->Stats().events.catalogs_replaced, 1u);
  EXPECT_EQ(store->Stats().samples, 0u);
  EXPECT_TRUE(fs::is_empty(fs::path(good_) / "segments"));
  ExpectWorks(*store);
}

TEST_F(SampleStoreDamageTest, FlipsUnderAnOpenStoreNeverGiveWrongBytes) {
  const auto store = OpenStore(good_);
  for (const fs::path& file : FilesIn(good_)) {
    const uint64_t size = fs::file_size(fs::path(good_) / file);
    for (uint64_t offset = 0; offset < size; offset += 101) {
      FlipBit(fs::path(good_) / file, offset);
    }
  }
  CheckAll(*store);
  for (int i = 0; i < kSamples; ++i) PutSample(*store, KeyOf(i), 3, 200);
  store->Flush();
  CheckAll(*store);
}

TEST_F(SampleStoreDamageTest, ACatalogThatGoesBadWhileOpenIsReplaced) {
  const auto store = OpenStore(good_);
  for (const fs::path& file : FilesIn(good_)) {
    if (file.extension() != ".sst") continue;
    for (uint64_t offset = 0; offset < fs::file_size(fs::path(good_) / file); offset += 7) {
      FlipBit(fs::path(good_) / file, offset);
    }
  }
  // Sooner or later RocksDB has to merge the bad files with new ones.
  const auto end = std::chrono::steady_clock::now() + std::chrono::minutes(2);
  for (int i = 0; store->Stats().events.catalogs_replaced == 0; ++i) {
    ASSERT_LT(std::chrono::steady_clock::now(), end) << store->Stats().condition;
    for (int j = 0; j < 500; ++j) {
      PutSample(*store, KeyOf(i) + "/" + std::to_string(j), 1, 10);
    }
    store->Flush();
  }
  EXPECT_EQ(CheckAll(*store), 0);
  std::this_thread::sleep_for(StoreHealth::kRest + std::chrono::milliseconds(100));
  ExpectWorks(*store);
  EXPECT_EQ(store->Stats().condition, "");
}

TEST_F(SampleStoreDamageTest, ADeletedDirectoryIsNoCrash) {
  auto store = OpenStore(good_);
  EXPECT_EQ(CheckAll(*store), kSamples);
  fs::remove_all(good_);
  EXPECT_EQ(CheckAll(*store), kSamples) << "open files are there to their end";
  int failed = 0;
  for (int i = 0; i < 40; ++i) {
    failed += PutSample(*store, "big" + std::to_string(i), 1, 1 << 20).has_value() ? 0 : 1;
  }
  EXPECT_GT(failed, 30);
  EXPECT_NE(store->Stats().condition, "");
  EXPECT_LT(store->Stats().events.write_errors, 10u) << "tried again at once";
  CheckAll(*store);
}

}  // namespace
}  // namespace tensorfs
