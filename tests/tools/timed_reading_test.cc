// SPDX-License-Identifier: MIT
#include "tools/profile/timed_reading.h"

#include <gtest/gtest.h>
#include <linux/magic.h>
#include <sys/vfs.h>

#include <atomic>
#include <string>
#include <vector>

#include "tests/tools/temporary_dir.h"
#include "tools/profile/page_cache.h"
#include "tools/text_file.h"

namespace tensorfs {
namespace {

// Files there have no other place than the page cache.
bool IsInMemory(const std::string& directory) {
  struct statfs filesystem;
  if (statfs(directory.c_str(), &filesystem) != 0) return false;
  return filesystem.f_type == TMPFS_MAGIC || filesystem.f_type == RAMFS_MAGIC;
}

class TimedReadingTest : public testing::Test {
 protected:
  void AddFiles(size_t count, size_t size) {
    for (size_t i = 0; i < count; ++i) {
      const std::string path = dir_ / ("file" + std::to_string(i));
      ASSERT_TRUE(ReplaceTextFile(path, std::string(size, 'x')));
      paths_.push_back(path);
    }
  }

  const TemporaryDir dir_;
  std::vector<std::string> paths_;
};

TEST_F(TimedReadingTest, ReadsEachFileOnceWithAnyNumberOfThreads) {
  AddFiles(20, 10'000);
  for (const int threads : {1, 3, 40}) {
    const Result<Reading> reading = ReadFiles(paths_, {.threads = threads, .stop = {}});
    ASSERT_TRUE(reading) << reading.error().message;
    EXPECT_EQ(reading->files, 20u);
    EXPECT_EQ(reading->bytes, 200'000u);
    EXPECT_GT(reading->wall_s, 0);
    EXPECT_GT(reading->cpu_s, 0);
  }
}

TEST_F(TimedReadingTest, ReadsOnUntilTheLeastTimeIsOver) {
  AddFiles(3, 100);
  const Result<Reading> reading = ReadFiles(paths_, {.threads = 2, .at_least_s = 0.1, .stop = {}});
  ASSERT_TRUE(reading);
  EXPECT_GE(reading->wall_s, 0.1);
  EXPECT_GT(reading->files, 6u);
}

TEST_F(TimedReadingTest, BeginsNoFileAfterTheMostTime) {
  AddFiles(50, 100);
  const Result<Reading> reading = ReadFiles(paths_, {.threads = 1, .at_most_s = 0, .stop = {}});
  ASSERT_TRUE(reading);
  EXPECT_EQ(reading->files, 1u);
}

TEST_F(TimedReadingTest, EndsWhenItIsTold) {
  AddFiles(50, 100);
  std::atomic<int> asked = 0;
  const Result<Reading> reading =
      ReadFiles(paths_, {.threads = 2, .at_least_s = 600, .stop = [&] { return ++asked > 10; }});
  ASSERT_TRUE(reading);
  EXPECT_LE(reading->files, 11u);
}

TEST_F(TimedReadingTest, NamesTheFileThatCannotBeRead) {
  AddFiles(3, 100);
  paths_.push_back(dir_ / "nothing");
  const Result<Reading> reading = ReadFiles(paths_, {.threads = 2, .stop = {}});
  ASSERT_FALSE(reading);
  EXPECT_EQ(reading.error().message, dir_ / "nothing" + ": No such file or directory");
}

TEST_F(TimedReadingTest, NoFilesTakeNoTime) {
  const Result<Reading> reading = ReadFiles(paths_, {.stop = {}});
  ASSERT_TRUE(reading);
  EXPECT_EQ(reading->files, 0u);
}

TEST_F(TimedReadingTest, FilesAreDroppedFromThePageCacheAndReadBack) {
  if (IsInMemory(dir_ / ".")) GTEST_SKIP() << "this directory is in memory";
  AddFiles(2, 1 << 20);
  ASSERT_TRUE(ReadFiles(paths_, {.stop = {}}));
  EXPECT_EQ(CachedShare(paths_), 1);
  DropFromPageCache(paths_, DirtyPages::kAreWrittenFirst);
  EXPECT_LT(CachedShare(paths_), 0.1);
  ASSERT_TRUE(ReadFiles(paths_, {.stop = {}}));
  EXPECT_GT(CachedShare(paths_), 0.9);
  EXPECT_EQ(CachedShare(std::vector<std::string>{dir_ / "nothing"}), 0);
}

}  // namespace
}  // namespace tensorfs
