// SPDX-License-Identifier: MIT
#include "tools/mounted_path.h"

#include <gtest/gtest.h>

namespace tensorfs {
namespace {

TEST(PathInMount, IsRelativeToTheMount) {
  EXPECT_EQ(*PathInMount("/nowhere/mnt", "/nowhere/mnt/a/x.npy"), "a/x.npy");
  EXPECT_EQ(*PathInMount("/nowhere/mnt/", "/nowhere/./mnt/a/../b"), "b");
  EXPECT_EQ(*PathInMount("/nowhere/mnt", "/nowhere/mnt"), "");
}

TEST(PathInMount, MayBeGivenSoAlready) {
  EXPECT_EQ(*PathInMount("/nowhere/mnt", "a/x.npy"), "a/x.npy");
}

TEST(PathInMount, MayNotLeadElsewhere) {
  for (const char* path : {"/etc", "/nowhere", "/nowhere/mnt2", "/nowhere/mnt/../x"}) {
    const Result<std::string> relative = PathInMount("/nowhere/mnt", path);
    ASSERT_FALSE(relative.has_value()) << path;
    EXPECT_EQ(relative.error().code, ErrorCode::kInvalidArgument);
  }
}

}  // namespace
}  // namespace tensorfs
