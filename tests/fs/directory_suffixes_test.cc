// SPDX-License-Identifier: MIT
#include "fs/directory_suffixes.h"

#include <gtest/gtest.h>

#include "fs/directory_probe.h"
#include "tests/fs/temp_tree.h"

namespace tensorfs {
namespace {

constexpr time_t kSettling = DirectorySuffixes::kSettlingSeconds;

struct stat ChangedAt(time_t seconds, long nanoseconds = 0) {
  struct stat attributes = {};
  attributes.st_mtim = {.tv_sec = seconds, .tv_nsec = nanoseconds};
  attributes.st_ctim = attributes.st_mtim;
  return attributes;
}

TEST(DirectorySuffixes, AreBelievedUntilTheDirectoryChanges) {
  DirectorySuffixes seen;
  seen.Remember(7, ChangedAt(1000), 1000 + kSettling, 5);
  EXPECT_EQ(seen.Find(7, ChangedAt(1000)), SuffixSet{5});
  EXPECT_EQ(seen.Find(7, ChangedAt(1000, 1)), std::nullopt);
  EXPECT_EQ(seen.Find(8, ChangedAt(1000)), std::nullopt);
}

TEST(DirectorySuffixes, AreNotBelievedOfADirectoryThatHasJustChanged) {
  DirectorySuffixes seen;
  seen.Remember(7, ChangedAt(1000), 1000 + kSettling - 1, 5);
  EXPECT_EQ(seen.Find(7, ChangedAt(1000)), std::nullopt);
}

TEST(DirectorySuffixes, GiveTheLatestListing) {
  DirectorySuffixes seen;
  seen.Remember(7, ChangedAt(1000), 2000, 5);
  seen.Remember(7, ChangedAt(1500), 2000, 6);
  EXPECT_EQ(seen.Find(7, ChangedAt(1500)), SuffixSet{6});
  EXPECT_EQ(seen.Find(7, ChangedAt(1000)), std::nullopt);
}

TEST(DirectorySuffixes, TakeBoundedMemory) {
  DirectorySuffixes seen(10);
  for (Inode inode = 2; inode < 100; ++inode) seen.Remember(inode, ChangedAt(1), 1000, 5);
  int remembered = 0;
  for (Inode inode = 2; inode < 100; ++inode) {
    remembered += seen.Find(inode, ChangedAt(1)).has_value() ? 1 : 0;
  }
  EXPECT_GT(remembered, 0);
  EXPECT_LE(remembered, 10);
}

TEST(DirectoryProbe, AsksOnlyForSuffixesThatOccur) {
  TempTree source;
  for (const char* name : {"x.jpg", "x.png", "x.npy", "x.txt"}) source.Write(name, "");
  const SourceTree tree = *SourceTree::Open(source.path(), false);
  const SourceDir directory = *tree.OpenDir("");
  const SampleNames names = *SampleNames::Replace({"jpg", "png"}, "npy");

  DirectoryProbe asks_all(&directory, &names, std::nullopt);
  for (const char* name : {"x.jpg", "x.png", "x.npy", "x.txt"}) {
    EXPECT_EQ(*asks_all(name), NameKind::kFile);
  }
  // What it is told not to be there it does not find, though it is: so it has not asked.
  DirectoryProbe asks_few(&directory, &names, names.SuffixOf("x.jpg"));
  EXPECT_EQ(*asks_few("x.jpg"), NameKind::kFile);
  EXPECT_EQ(*asks_few("x.png"), NameKind::kNothing);
  EXPECT_EQ(*asks_few("x.npy"), NameKind::kNothing);
  EXPECT_EQ(*asks_few("x.txt"), NameKind::kFile);
  EXPECT_EQ(*asks_few("y.jpg"), NameKind::kNothing);
}

}  // namespace
}  // namespace tensorfs
