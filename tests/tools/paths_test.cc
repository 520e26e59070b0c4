// SPDX-License-Identifier: MIT
#include "tools/paths.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "tests/tools/temporary_dir.h"

namespace tensorfs {
namespace {

TEST(IsWithin, SeesThroughNames) {
  const TemporaryDir scratch;
  std::filesystem::create_directories(scratch / "source/inner");
  std::filesystem::create_directory(scratch / "source-not");
  EXPECT_TRUE(IsWithin(scratch / "source", scratch / "source"));
  EXPECT_TRUE(IsWithin(scratch / "source/inner", scratch / "source"));
  EXPECT_TRUE(IsWithin(scratch / "source/not/there/yet", scratch / "source"));
  EXPECT_FALSE(IsWithin(scratch / "source-not", scratch / "source"));
  EXPECT_FALSE(IsWithin(scratch / "source", scratch / "source/inner"));
}

TEST(ResolveFuturePath, FollowsLinksAsFarAsThereIsSomething) {
  const TemporaryDir scratch;
  std::filesystem::create_directory(scratch / "real");
  std::filesystem::create_directory_symlink(scratch / "real", scratch / "link");
  EXPECT_EQ(ResolveFuturePath(scratch / "link/new/store/"), scratch / "real/new/store");
  EXPECT_EQ(ResolveFuturePath(scratch / "x/../y"), scratch / "y");
}

TEST(ResolvePath, NamesWhatIsMissing) {
  const TemporaryDir scratch;
  const Result<std::string> resolved = ResolvePath(scratch / "nowhere");
  ASSERT_FALSE(resolved);
  EXPECT_EQ(resolved.error().message, scratch / "nowhere" + ": No such file or directory");
}

TEST(DefaultStorePath, IsInTheStateDirectory) {
  setenv("XDG_STATE_HOME", "/state", 1);
  EXPECT_TRUE(DefaultStorePath("/s", "/m").value().starts_with("/state/tensorfs/m-"));
  setenv("XDG_STATE_HOME", "relative", 1);
  EXPECT_FALSE(DefaultStorePath("/s", "/m"));
  unsetenv("XDG_STATE_HOME");
  const bool is_root = geteuid() == 0;
  setenv("HOME", "/home/me", 1);
  EXPECT_TRUE(
      DefaultStorePath("/s", "/m")
          .value()
          .starts_with(is_root ? "/var/lib/tensorfs/m-" : "/home/me/.local/state/tensorfs/m-"));
}

}  // namespace
}  // namespace tensorfs
