// SPDX-License-Identifier: MIT
// `tensorfs cache` on directories that no mount uses, through the tool's own command line.
#include "tools/resting_cache.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
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

// Every file below the directory with its bytes.
std::map<std::string, std::string> FilesIn(const std::string& directory) {
  std::map<std::string, std::string> files;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(directory)) {
    if (!entry.is_regular_file()) continue;
    std::ifstream file(entry.path(), std::ios::binary);
    files[entry.path()] = std::string(std::istreambuf_iterator<char>(file), {});
  }
  return files;
}

std::vector<std::string> FilesWith(const std::string& directory, const std::string& part) {
  std::vector<std::string> files;
  for (const auto& entry : std::filesystem::directory_iterator(directory)) {
    if (entry.path().filename().string().find(part) != std::string::npos) {
      files.push_back(entry.path());
    }
  }
  return files;
}

void Flip(const std::string& path, uint64_t offset) {
  std::fstream file(path, std::ios::in | std::ios::out | std::ios::binary);
  file.seekg(static_cast<std::streamoff>(offset));
  const char flipped = static_cast<char>(file.get() ^ 0x40);
  file.seekp(static_cast<std::streamoff>(offset));
  file.put(flipped);
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
  const auto store = RestingCache::OpenToRead(store_);
  ASSERT_TRUE(store) << store.error().message;
  EXPECT_EQ(store->contents().store->Stats().samples, kEntries);
  EXPECT_EQ(store->contents().cache->Stats().entries, kEntries);
  const auto cache = RestingCache::OpenToRead(cache_);
  ASSERT_TRUE(cache) << "several can read";
  EXPECT_EQ(cache->contents().cache->Stats().entries, kEntries);
  const auto evicting = RestingCache::OpenToEvict(cache_);
  ASSERT_FALSE(evicting) << "it is being read";
  EXPECT_EQ(evicting.error().code, ErrorCode::kBusy);
}

TEST_F(Resting, ADirectoryInUseNamesTheProcess) {
  const auto in_use = OpenCache(cache_);
  const Outcome second = Call({"cache", "stats", store_});
  EXPECT_EQ(second.status, 1);
  EXPECT_EQ(second.err, "tensorfs: " + cache_ + ": is in use by process " +
                            std::to_string(getpid()) +
                            "; if that is a mount, give its mountpoint instead\n");
}

TEST_F(Resting, StatsAndListSayWhatIsKnown) {
  const nlohmann::json stats = Call({"cache", "stats", store_, "--json"}).json();
  EXPECT_EQ(stats.at("cache").at("entries"), kEntries);
  EXPECT_TRUE(stats.at("cache").at("limit_bytes").is_null());
  EXPECT_EQ(stats.at("sample_store").at("forms").at(0).at("form"), "stage-2:zstd-3");
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

TEST_F(Resting, GetTakesOneSamplesPathOnly) {
  for (const char* name : {"class", "class/", "/", ".", "class/*", "class/7.*"}) {
    const Outcome got = Call({"cache", "get", store_, name, "-o", scratch_ / "out.npy"});
    EXPECT_EQ(got.status, 1) << name;
    EXPECT_EQ(got.err, "tensorfs: " + store_ + ": " + name + ": not one sample's path\n");
  }
  EXPECT_FALSE(std::filesystem::exists(scratch_ / "out.npy"));
}

TEST_F(Resting, EvictingEverythingIsAskedForByItsName) {
  for (const char* name : {"/", ".", "./"}) {
    const Outcome evicted = Call({"cache", "evict", store_, name, "--store"});
    EXPECT_EQ(evicted.status, 1) << name;
    EXPECT_EQ(evicted.err,
              "tensorfs: " + std::string(name) + ": is everything; give --all for it\n");
  }
  EXPECT_EQ(Call({"cache", "stats", store_, "--json"}).json().at("cache").at("entries"), kEntries);
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

TEST_F(Resting, VerifyNamesWhatIsBadAndLeavesItAsItIs) {
  for (const auto& segment : std::filesystem::directory_iterator(store_ + "/segments")) {
    Flip(segment.path().string(), segment.file_size() / 2);
  }
  const auto before = FilesIn(store_);
  for (int time = 0; time < 2; ++time) {
    const Outcome bad = Call({"cache", "verify", store_});
    EXPECT_EQ(bad.status, 1);
    EXPECT_NE(bad.out.find("24 records checked"), std::string::npos) << bad.out;
    EXPECT_NE(bad.out.find("1 are bad"), std::string::npos) << bad.out;
    EXPECT_NE(bad.err.find("in the sample store: " + store_ + "/segments/"), std::string::npos);
    EXPECT_EQ(FilesIn(store_), before);
  }
}

TEST_F(Resting, ASegmentThatIsMissingMakesItsRecordsBad) {
  std::filesystem::remove_all(store_ + "/segments");
  std::filesystem::create_directory(store_ + "/segments");
  const Outcome bad = Call({"cache", "verify", store_});
  EXPECT_EQ(bad.status, 1);
  EXPECT_NE(bad.out.find("12 are bad"), std::string::npos) << bad.out;
  EXPECT_NE(bad.err.find("its segment is missing"), std::string::npos) << bad.err;
}

TEST_F(Resting, EveryCommandNamesWhatCannotBeReadAndLeavesItAsItIs) {
  const std::vector<Arguments> damaged = {
      {store_ + "/catalog", "CURRENT"}, {store_ + "/catalog", "MANIFEST"},
      {cache_ + "/db", "CURRENT"},      {cache_ + "/db", "MANIFEST"},
      {cache_ + "/db", ".sst"},
  };
  for (const Arguments& which : damaged) {
    SCOPED_TRACE(which[0] + " " + which[1]);
    const auto kept = FilesIn(store_);
    for (const std::string& file : FilesWith(which[0], which[1])) {
      for (uint64_t at = 0; at < std::filesystem::file_size(file); at += 4) Flip(file, at);
    }
    const auto before = FilesIn(store_);
    ASSERT_NE(before, kept);
    for (const Arguments& command : std::vector<Arguments>{{"stats", store_},
                                                           {"list", store_},
                                                           {"get", store_, "class/7.npy"},
                                                           {"verify", store_},
                                                           {"evict", store_, "class/7.jpg"},
                                                           {"evict", store_, "--all", "--store"}}) {
      Arguments line = {"cache"};
      line.insert(line.end(), command.begin(), command.end());
      const Outcome outcome = Call(line);
      EXPECT_EQ(outcome.status, 1) << command[0] << ": " << outcome.out;
      EXPECT_NE(outcome.err.find("tensorfs: " + which[0] + ": "), std::string::npos)
          << command[0] << ": " << outcome.err;
      EXPECT_EQ(FilesIn(store_), before) << command[0];
    }
    for (const auto& [path, bytes] : kept) std::ofstream(path, std::ios::binary) << bytes;
  }
  EXPECT_EQ(Call({"cache", "verify", store_}).status, 0);
}

TEST_F(Resting, ReadingChangesNoFile) {
  const auto before = FilesIn(store_);
  for (const Arguments& command : std::vector<Arguments>{{"stats", store_},
                                                         {"list", store_},
                                                         {"verify", store_},
                                                         {"get", store_, "class/7.npy"}}) {
    Arguments line = {"cache"};
    line.insert(line.end(), command.begin(), command.end());
    EXPECT_EQ(Call(line).status, 0) << command[0];
    EXPECT_EQ(FilesIn(store_), before) << command[0];
  }
}

// A mount with a small limit has small segments; to one without a limit these would be worth
// copying together.
TEST_F(Resting, EvictingMovesNoRecordAndGivesDeadSegmentsBack) {
  const std::string path = scratch_ / "small";
  {
    const auto store = SampleStore::Open(path, {.limit_bytes = 8 << 20});
    ASSERT_TRUE(store) << store.error().message;
    const FileBytes large(100'000, 'x');
    for (uint64_t i = 0; i < 60; ++i) ASSERT_TRUE((*store)->Put(PathOf(i), kVersion, kForm, large));
  }
  const auto before = FilesIn(path + "/segments");
  ASSERT_GT(before.size(), 10u);
  ASSERT_EQ(Call({"cache", "evict", path, "class/1.jpg", "class/2?.jpg", "--store"}).status, 0);
  const auto after = FilesIn(path + "/segments");
  EXPECT_LT(after.size(), before.size());
  EXPECT_GT(after.size(), before.size() / 2);
  for (const auto& [name, bytes] : after) EXPECT_EQ(bytes, before.at(name)) << name;
  const Outcome verified = Call({"cache", "verify", path});
  EXPECT_EQ(verified.status, 0) << verified.err;
  EXPECT_NE(verified.out.find("49 records checked"), std::string::npos) << verified.out;
}

TEST_F(Resting, WhatLeavesWhileItIsVerifiedIsNotBad) {
  const auto cache = OpenCache(cache_);
  DerivedContents contents;
  contents.cache = cache.get();
  const auto plan = VerifyPlan::Make(contents, nullptr);
  ASSERT_EQ(plan->Items().size(), kEntries);
  cache->Drop({PathOf(1), kFingerprint});
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
                                                           {"list", "/x", "--limit", "0"},
                                                           {"list", "/x", "--limit", "99999999999"},
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
    EXPECT_LT(outcome.err.find('\n'), 100u) << outcome.err;
  }
  EXPECT_TRUE(Call({"cache", "list", "/x", "--limit", "0"})
                  .err.starts_with("tensorfs: --limit: \"0\": expected a number from 1 to "));
}

}  // namespace
}  // namespace tensorfs
