// SPDX-License-Identifier: MIT
#include "tools/profile/scratch_dir.h"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>
#include <iterator>
#include <optional>
#include <utility>

#include "tests/tools/temporary_dir.h"
#include "tools/text_file.h"

namespace tensorfs {
namespace {

TEST(ScratchDir, GoesWithEverythingInIt) {
  const TemporaryDir parent;
  std::string path;
  {
    const Result<ScratchDir> scratch = ScratchDir::Make(parent.path());
    ASSERT_TRUE(scratch) << scratch.error().message;
    path = scratch->path();
    EXPECT_EQ(std::filesystem::path(path).parent_path(), parent.path());
    struct stat attr;
    ASSERT_EQ(stat(path.c_str(), &attr), 0);
    EXPECT_EQ(attr.st_mode & 0777, 0700u);
    std::filesystem::create_directories(*scratch / "a/b");
    ASSERT_TRUE(ReplaceTextFile(*scratch / "a/b/c", "text"));
  }
  EXPECT_FALSE(std::filesystem::exists(path));
}

TEST(ScratchDir, OneThatWasMovedIsRemovedOnce) {
  const TemporaryDir parent;
  Result<ScratchDir> first = ScratchDir::Make(parent.path());
  ASSERT_TRUE(first);
  const std::string path = first->path();
  {
    const ScratchDir second = *std::move(first);
    EXPECT_EQ(second.path(), path);
    EXPECT_TRUE(std::filesystem::exists(path));
  }
  EXPECT_FALSE(std::filesystem::exists(path));
}

TEST(ScratchDir, WhatADeadProcessHasLeftIsRemoved) {
  const TemporaryDir parent;
  const Result<ScratchDir> living = ScratchDir::Make(parent.path());
  ASSERT_TRUE(living);
  const std::string other = parent / "tensorfs-profile-of-another-program";
  std::filesystem::create_directories(other);
  const pid_t child = fork();
  if (child == 0) {
    const Result<ScratchDir> left = ScratchDir::Make(parent.path());
    _exit(left && ReplaceTextFile(*left / "payload", "text") ? 0 : 1);  // runs no destructor
  }
  int status = 0;
  ASSERT_EQ(waitpid(child, &status, 0), child);
  ASSERT_EQ(status, 0);
  const auto count = [&] {
    const std::filesystem::directory_iterator entries(parent.path());
    return std::distance(begin(entries), end(entries));
  };
  EXPECT_EQ(count(), 3);
  RemoveStaleScratch(parent.path());
  EXPECT_EQ(count(), 2);
  EXPECT_TRUE(std::filesystem::exists(living->path()));
  EXPECT_TRUE(std::filesystem::exists(other));
}

TEST(ScratchDir, NamesTheParentThatIsNotThere) {
  const TemporaryDir parent;
  const Result<ScratchDir> scratch = ScratchDir::Make(parent / "nothing");
  ASSERT_FALSE(scratch);
  EXPECT_NE(scratch.error().message.find(parent / "nothing"), std::string::npos);
}

}  // namespace
}  // namespace tensorfs
