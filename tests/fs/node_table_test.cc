// SPDX-License-Identifier: MIT
#include "fs/node_table.h"

#include <gtest/gtest.h>
#include <malloc.h>

#include <map>
#include <random>
#include <string>
#include <thread>
#include <vector>

namespace tensorfs {
namespace {

constexpr NodeTable::Clock::time_point kSeen{std::chrono::seconds(10)};

TEST(NodeTable, KnowsTheRootFromTheStart) {
  NodeTable nodes;
  EXPECT_EQ(nodes.PathOf(kRootInode), "");
  EXPECT_EQ(nodes.size(), 1u);
}

TEST(NodeTable, KnowsNothingElse) {
  NodeTable nodes;
  EXPECT_EQ(nodes.PathOf(0), std::nullopt);
  EXPECT_EQ(nodes.PathOf(HashInode(kRootInode, "a")), std::nullopt);
}

TEST(NodeTable, GivesPathsBack) {
  NodeTable nodes;
  const Inode a = nodes.Insert(kRootInode, "a");
  const Inode b = nodes.Insert(a, "b c");
  const Inode x = nodes.Insert(b, "\xff.jpg");
  EXPECT_EQ(nodes.PathOf(a), "a");
  EXPECT_EQ(nodes.PathOf(b), "a/b c");
  EXPECT_EQ(nodes.PathOf(x), "a/b c/\xff.jpg");
}

TEST(NodeTable, NumbersAreThoseOfAListingInEveryMount) {
  NodeTable first;
  NodeTable second;
  const Inode inode = first.Insert(kRootInode, "a");
  second.Insert(kRootInode, "b");
  EXPECT_EQ(inode, HashInode(kRootInode, "a"));
  EXPECT_EQ(second.Insert(kRootInode, "a"), inode);
}

TEST(NodeTable, InsertingTwiceAddsOne) {
  NodeTable nodes;
  EXPECT_EQ(nodes.Insert(kRootInode, "a"), nodes.Insert(kRootInode, "a"));
  EXPECT_EQ(nodes.size(), 2u);
}

TEST(NodeTable, TheSameNameElsewhereIsAnotherInode) {
  NodeTable nodes;
  const Inode a = nodes.Insert(kRootInode, "a");
  EXPECT_NE(nodes.Insert(a, "a"), a);
}

// Maps everything to few numbers, the root's not among them.
Inode PoorHash(Inode, std::string_view name, uint64_t salt) { return 2 + name.size() % 3 + salt; }

TEST(NodeTable, TellsPathsOfEqualHashApart) {
  NodeTable nodes(&PoorHash);
  std::map<Inode, std::string> paths;
  for (int i = 0; i < 300; ++i) {
    const std::string name = "file" + std::to_string(i);
    const Inode inode = nodes.Insert(kRootInode, name);
    ASSERT_TRUE(paths.emplace(inode, name).second);
    ASSERT_EQ(nodes.Insert(kRootInode, name), inode);
  }
  for (const auto& [inode, name] : paths) ASSERT_EQ(nodes.PathOf(inode), name);
}

TEST(NodeTable, RemembersASizeForOneVersionOfTheSource) {
  NodeTable nodes;
  const Inode inode = nodes.Insert(kRootInode, "x.jpg");
  EXPECT_EQ(nodes.SizeOf(inode, 11), std::nullopt);
  nodes.NoteSource(inode, {.version = {}, .stamp = 11}, kSeen);
  nodes.RememberSize(inode, 11, 150656);
  EXPECT_EQ(nodes.SizeOf(inode, 11), 150656u);
  EXPECT_EQ(nodes.SizeOf(inode, 12), std::nullopt);
  nodes.NoteSource(inode, {.version = {}, .stamp = 12}, kSeen);
  EXPECT_EQ(nodes.SizeOf(inode, 12), std::nullopt);
  EXPECT_EQ(nodes.LastSizeOf(inode), 150656u);
  nodes.RememberSize(inode, 12, 7);
  EXPECT_EQ(nodes.SizeOf(inode, 12), 7u);
  EXPECT_EQ(nodes.SizeOf(inode, 11), std::nullopt);
}

TEST(NodeTable, BelievesASourceForAWhile) {
  NodeTable nodes;
  const Inode inode = nodes.Insert(kRootInode, "x.jpg");
  EXPECT_FALSE(nodes.BelievedSource(inode, NodeTable::Clock::time_point::min()));
  nodes.NoteSource(inode, {.version = {5, 6}, .stamp = 11}, kSeen);
  const auto believed = nodes.BelievedSource(inode, kSeen);
  ASSERT_TRUE(believed);
  EXPECT_EQ(believed->version, (SourceVersion{5, 6}));
  EXPECT_EQ(believed->stamp, 11u);
  EXPECT_FALSE(nodes.BelievedSource(inode, kSeen + std::chrono::nanoseconds(1)));
}

TEST(NodeTable, ASourceSeenEarlierReplacesNone) {
  NodeTable nodes;
  const Inode inode = nodes.Insert(kRootInode, "x.jpg");
  nodes.NoteSource(inode, {.version = {}, .stamp = 12}, kSeen);
  nodes.NoteSource(inode, {.version = {}, .stamp = 11}, kSeen - std::chrono::seconds(1));
  EXPECT_EQ(nodes.BelievedSource(inode, kSeen)->stamp, 12u);
}

TEST(NodeTable, KeepsNamesLongerThanABlock) {
  NodeTable nodes;
  const std::string name(65535, 'n');
  EXPECT_EQ(nodes.PathOf(nodes.Insert(kRootInode, name)), name);
}

TEST(NodeTable, ThreadsThatInsertTheSameAgree) {
  NodeTable nodes;
  std::vector<std::vector<Inode>> seen(4);
  std::vector<std::thread> threads;
  for (std::vector<Inode>& mine : seen) {
    threads.emplace_back([&nodes, &mine] {
      for (int i = 0; i < 5000; ++i) {
        mine.push_back(nodes.Insert(kRootInode, std::to_string(i)));
        if (nodes.PathOf(mine.back()) != std::to_string(i)) mine.push_back(0);
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  for (const std::vector<Inode>& mine : seen) EXPECT_EQ(mine, seen[0]);
  EXPECT_EQ(seen[0].size(), 5000u);
  EXPECT_EQ(nodes.size(), 5001u);
}

#ifndef __SANITIZE_ADDRESS__
#ifndef __SANITIZE_THREAD__
size_t HeapBytes() {
  const struct mallinfo2 heap = mallinfo2();
  return heap.uordblks + heap.hblkhd;
}

TEST(NodeTable, AMillionFilesTakeEightyBytesEachBesidesTheirNames) {
  constexpr size_t kFiles = 1'000'000;
  const size_t before = HeapBytes();
  NodeTable nodes;
  size_t name_bytes = 0;
  for (size_t i = 0; i < kFiles; ++i) {
    const std::string name = "ILSVRC2012_val_" + std::to_string(i) + ".JPEG";
    name_bytes += name.size();
    nodes.Insert(kRootInode, name);
  }
  EXPECT_EQ(nodes.size(), kFiles + 1);
  EXPECT_LE(HeapBytes() - before, name_bytes + 80 * kFiles);
}
#endif
#endif

}  // namespace
}  // namespace tensorfs
