// SPDX-License-Identifier: MIT
// `tensorfs cache` on directories that no mount uses, through the tool's own command line.
#include "tools/resting_cache.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <memory>
#include <nlohmann/json.hpp>
#include <sstream>
#include <vector>

#include "tests/tools/call_tool.h"
#include "tests/tools/temporary_dir.h"
#include "tools/tool.h"
#include "tools/verify_plan.h"

namespace tensorfs {
namespace {

constexpr uint64_t kLimit = 16 << 20;
constexpr uint64_t kEntries = 12;
constexpr size_t kBytes = 10'000;
constexpr uint64_t kFingerprint = 7;
constexpr SourceVersion kVersion{1000, 1'700'000'000'000'000'000};
constexpr double kSavedS = 0.003;
constexpr StoredForm kForm = {.form = {.stage = 2, .encoding = Encoding::kZstd, .level = 3},
                              .stage_fingerprint = 1,
                              .source_size = {},
                              .window = {}};

using FileBytes = std::vector<uint8_t>;

std::string PathOf(uint64_t number) { return "class/" + std::to_string(number) + ".jpg"; }

// Bytes that no other number has.
FileBytes BytesOf(uint64_t number) {
  FileBytes bytes(kBytes);
  for (size_t i = 0; i < kBytes; ++i) bytes[i] = static_cast<uint8_t>(i * (2 * number + 1) >> 3);
  return bytes;
}

std::unique_ptr<TensorCache> OpenCache(const std::string& directory) {
  auto cache = TensorCache::Open(directory, {.limit_bytes = kLimit});
  EXPECT_TRUE(cache) << cache.error().message;
  return cache ? std::move(*cache) : nullptr;
}

void Offer(TensorCache* cache, const CacheKey& key, FileBytes bytes) {
  const auto owner = std::make_shared<const FileBytes>(std::move(bytes));
  cache->Offer(key, kVersion, *owner, owner, kSavedS);
}

// A store with 12 samples, and with a cache of as many tensors in it.
class Resting : public testing::Test {
 protected:
  void SetUp() override {
    std::filesystem::create_directory(store_);
    const auto store = SampleStore::Open(store_, {});
    ASSERT_TRUE(store) << store.error().message;
    const auto cache = OpenCache(cache_);
    for (uint64_t i = 0; i < kEntries; ++i) {
      ASSERT_TRUE((*store)->Put(PathOf(i), kVersion, kForm, BytesOf(i)));
      Offer(cache.get(), {PathOf(i), kFingerprint}, FileOf(i));
    }
  }

  // An .npy file, as far as its first bytes tell.
  static FileBytes FileOf(uint64_t number) {
    FileBytes bytes = BytesOf(number);
    std::ranges::copy(std::string_view("\x93NUMPY"), bytes.begin());
    return bytes;
  }

  static std::string TextOf(const FileBytes& bytes) { return {bytes.begin(), bytes.end()}; }

  const TemporaryDir scratch_;
  const std::string store_ = scratch_ / "store";
  const std::string cache_ = scratch_ / "store/cache";
};

TEST_F(Resting, AStoreIsOpenedWithTheCacheInItAndACacheAlone) {
  const auto store = RestingCache::Open(store_);
  ASSERT_TRUE(store) << store.error().message;
  EXPECT_EQ(store->contents().store->Stats().samples, kEntries);
  EXPECT_EQ(store->contents().cache->Stats().entries, kEntries);
  const auto again = RestingCache::Open(cache_);
  ASSERT_FALSE(again) << "it is locked";
  EXPECT_EQ(again.error().code, ErrorCode::kBusy);
}

TEST_F(Resting, OpeningTwiceNamesTheProcess) {
  const auto store = RestingCache::Open(store_);
  const Outcome second = Call({"cache", "stats", store_});
  EXPECT_EQ(second.status, 1);
  EXPECT_EQ(second.err, "tensorfs: " + store_ + ": the store is in use by process " +
                            std::to_string(getpid()) +
                            "; if that is a mount, give its mountpoint instead\n");
}

TEST_F(Resting, StatsAndListSayWhatIsKnown) {
  const nlohmann::json stats = Call({"cache", "stats", store_, "--json"}).json();
  EXPECT_EQ(stats.at("cache").at("entries"), kEntries);
  EXPECT_TRUE(stats.at("cache").at("limit_bytes").is_null());
  EXPECT_EQ(stats.at("sample_store").at("forms").at(0).at("form"), "stage-2:zstd");
  const nlohmann::json list = Call({"cache", "list", store_, "--limit", "3", "--json"}).json();
  EXPECT_EQ(list.at("entries").size(), 3u);
  EXPECT_EQ(list.at("total"), kEntries);
  EXPECT_EQ(list.at("entries").at(0).at("form"), "stage-2:zstd-3");
  EXPECT_TRUE(Call({"cache", "list", cache_, "--json"}).json().at("entries")[0]["form"].is_null());
}

TEST_F(Resting, GetWritesTheEntry) {
  const Outcome got = Call({"cache", "get", store_, "class/7.npy"});
  EXPECT_EQ(got.status, 0) << got.err;
  EXPECT_EQ(got.out, TextOf(FileOf(7)));
  EXPECT_EQ(Call({"cache", "get", store_, "class/99.npy"}).err,
            "tensorfs: " + store_ + ": class/99.npy: not in the cache\n");
  const Outcome full = Call({"cache", "get", store_, "class/7.npy", "-o", "/dev/full"});
  EXPECT_EQ(full.err, "tensorfs: /dev/full: No space left on device\n");
}

TEST_F(Resting, GetOfAnotherFormatAndOfSeveralPipelinesIsTold) {
  {
    const auto cache = OpenCache(cache_);
    Offer(cache.get(), {"class/raw.jpg", 7}, BytesOf(1));
    Offer(cache.get(), {"class/7.jpg", 8}, FileOf(8));
  }
  const Outcome raw = Call({"cache", "get", cache_, "class/raw.jpg"});
  EXPECT_EQ(raw.status, 1);
  EXPECT_NE(raw.err.find("class/raw.jpg: was cached in another format than npy"),
            std::string::npos);
  const Outcome newest = Call({"cache", "get", cache_, "class/7.jpg"});
  EXPECT_EQ(newest.status, 0);
  EXPECT_NE(newest.err.find("2 tensors of it are in the cache"), std::string::npos) << newest.err;
  EXPECT_EQ(newest.out, TextOf(FileOf(8)));
}

TEST_F(Resting, EvictTellsHowManyAndHowMuch) {
  const Outcome some = Call({"cache", "evict", store_, "class/1*", "nothing"});
  EXPECT_EQ(some.status, 0);
  EXPECT_EQ(some.out, "evicted 3 tensors of the cache (29.3 KiB)\n");
  EXPECT_EQ(some.err, "tensorfs: nothing: nothing of it is there\n");
  const nlohmann::json all = Call({"cache", "evict", store_, "--all", "--store", "--json"}).json();
  EXPECT_EQ(all.at("cache").at("entries"), kEntries - 3);
  EXPECT_EQ(all.at("sample_store").at("samples"), kEntries);
  EXPECT_EQ(all.at("sample_store").at("bytes"), kEntries * kBytes);
  const nlohmann::json stats = Call({"cache", "stats", store_, "--json"}).json();
  EXPECT_EQ(stats.at("cache").at("entries"), 0);
  EXPECT_EQ(stats.at("sample_store").at("samples"), 0);
}

TEST_F(Resting, VerifyNamesWhatIsBadAndDropsIt) {
  for (const auto& segment : std::filesystem::directory_iterator(store_ + "/segments")) {
    std::fstream file(segment.path(), std::ios::in | std::ios::out | std::ios::binary);
    file.seekp(static_cast<std::streamoff>(segment.file_size() / 2));
    file.put('!');
  }
  const Outcome bad = Call({"cache", "verify", store_});
  EXPECT_EQ(bad.status, 1);
  EXPECT_NE(bad.out.find("24 records checked"), std::string::npos) << bad.out;
  EXPECT_NE(bad.out.find("1 are bad"), std::string::npos) << bad.out;
  EXPECT_NE(bad.err.find("in the sample store: " + store_ + "/segments/"), std::string::npos);
  const Outcome good = Call({"cache", "verify", store_});
  EXPECT_EQ(good.status, 0) << good.err;
  EXPECT_NE(good.out.find("23 records checked"), std::string::npos) << good.out;
}

TEST_F(Resting, WhatLeavesWhileItIsVerifiedIsNotBad) {
  const auto resting = RestingCache::Open(store_);
  ASSERT_TRUE(resting);
  const auto plan = VerifyPlan::Make(resting->contents(), nullptr);
  ASSERT_EQ(plan->Items().size(), 2 * kEntries);
  resting->contents().cache->Drop({PathOf(1), kFingerprint});
  int skipped = 0;
  for (const Inode item : plan->Items()) {
    const Job::Item checked = plan->Check(item);
    EXPECT_NE(checked.outcome, ItemOutcome::kFailed) << checked.message;
    skipped += checked.outcome == ItemOutcome::kSkipped;
  }
  EXPECT_EQ(skipped, 1);
}

TEST_F(Resting, ADirectoryOfSomethingElseIsRefusedUntouched) {
  std::filesystem::create_directory(scratch_ / "other");
  for (const char* command : {"stats", "list", "verify"}) {
    const Outcome outcome = Call({"cache", command, scratch_ / "other"});
    EXPECT_EQ(outcome.status, 1);
    EXPECT_TRUE(outcome.err.starts_with("tensorfs: " + scratch_ / "other" + ": neither "))
        << outcome.err;
  }
  EXPECT_TRUE(std::filesystem::is_empty(scratch_ / "other"));
}

TEST(CacheCommandLine, WhatMakesNoSenseIsTwo) {
  for (const Arguments& arguments : std::vector<Arguments>{{"stats"},
                                                           {"list", "/x", "--limit", "-1"},
                                                           {"get", "/x"},
                                                           {"get", "/x", ""},
                                                           {"warm", "/x"},
                                                           {"evict", "/x"},
                                                           {"evict", "/x", "p", "--all"},
                                                           {"evict", "/x", ""},
                                                           {"verfy", "/x"}}) {
    Arguments line = {"cache"};
    line.insert(line.end(), arguments.begin(), arguments.end());
    const Outcome outcome = Call(line);
    EXPECT_EQ(outcome.status, 2) << outcome.err;
    EXPECT_EQ(outcome.out, "");
  }
}

}  // namespace
}  // namespace tensorfs
