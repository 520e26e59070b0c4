// SPDX-License-Identifier: MIT
#include "cache/store_dir.h"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <fstream>

#include "tests/tools/temporary_dir.h"

namespace tensorfs {
namespace {

TEST(StoreDir, IsMadeForItsOwnerOnly) {
  const TemporaryDir scratch;
  const Result<StoreDir> store = StoreDir::Open(scratch / "deep/er/store");
  ASSERT_TRUE(store) << store.error().message;
  struct stat attributes;
  ASSERT_EQ(stat(store->path().c_str(), &attributes), 0);
  EXPECT_EQ(attributes.st_mode & 07777, 0700u);
}

TEST(StoreDir, ASecondOpeningFailsNamingTheProcess) {
  const TemporaryDir scratch;
  const Result<StoreDir> first = StoreDir::Open(scratch / "store");
  ASSERT_TRUE(first);
  const Result<StoreDir> second = StoreDir::Open(scratch / "store");
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().code, ErrorCode::kBusy);
  EXPECT_NE(second.error().message.find("process " + std::to_string(getpid())), std::string::npos);
}

TEST(StoreDir, IsFreeAgainWhenItsOwnerGoes) {
  const TemporaryDir scratch;
  ASSERT_TRUE(StoreDir::Open(scratch / "store"));
  EXPECT_TRUE(StoreDir::Open(scratch / "store"));
}

TEST(StoreDir, IsFreeAgainWhenItsOwnerIsKilled) {
  const TemporaryDir scratch;
  const pid_t child = fork();
  if (child == 0) {
    const Result<StoreDir> store = StoreDir::Open(scratch / "store");
    _exit(store ? 7 : 1);
  }
  int status = 0;
  ASSERT_EQ(waitpid(child, &status, 0), child);
  ASSERT_EQ(WEXITSTATUS(status), 7);
  EXPECT_TRUE(StoreDir::Open(scratch / "store"));
}

TEST(StoreDir, NamesTheFileThatIsInItsPlace) {
  const TemporaryDir scratch;
  std::ofstream(scratch / "file") << "x";
  const Result<StoreDir> store = StoreDir::Open(scratch / "file");
  ASSERT_FALSE(store);
  EXPECT_NE(store.error().message.find(scratch / "file"), std::string::npos);
}

TEST(StoreOwner, IsTheProcessThatHasIt) {
  const TemporaryDir scratch;
  EXPECT_EQ(StoreOwner(scratch / "store").error().code, ErrorCode::kNotFound);
  {
    const Result<StoreDir> store = StoreDir::Open(scratch / "store");
    ASSERT_TRUE(store);
    EXPECT_EQ(StoreOwner(scratch / "store").value(), getpid());
  }
  EXPECT_EQ(StoreOwner(scratch / "store").error().code, ErrorCode::kNotFound);
}

TEST(DefaultStoreName, IsReadableAndDiffersByEachPath) {
  const std::string name = DefaultStoreName("/data/train", "/mnt/train tensors");
  EXPECT_EQ(name.substr(0, 14), "train-tensors-");
  EXPECT_EQ(name, DefaultStoreName("/data/train", "/mnt/train tensors"));
  EXPECT_NE(name, DefaultStoreName("/data/other", "/mnt/train tensors"));
  EXPECT_NE(name, DefaultStoreName("/data/train", "/srv/train tensors"));
  EXPECT_NE(DefaultStoreName("/a", "/b/c"), DefaultStoreName("/a/b", "/c"));
}

TEST(DefaultStoreName, IsOneSafeFileName) {
  const std::string name = DefaultStoreName("/s", "/mnt/.x\n\xff" + std::string(300, 'y'));
  EXPECT_LT(name.size(), 64u);
  EXPECT_EQ(name.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789-"), std::string::npos);
}

}  // namespace
}  // namespace tensorfs
