// SPDX-License-Identifier: MIT
#include "fs/errno.h"

#include <gtest/gtest.h>

#include <cerrno>

namespace tensorfs {
namespace {

int RoundTrip(int errno_value) { return ToErrno(FailWithErrno("a/x.jpg", errno_value).value()); }

TEST(Errno, WhateverIsWrongWithASampleIsEio) {
  for (const ErrorCode code : {ErrorCode::kTruncated, ErrorCode::kCorrupt, ErrorCode::kUnsupported,
                               ErrorCode::kTooLarge, ErrorCode::kIo}) {
    EXPECT_EQ(ToErrno({code, ""}), EIO);
  }
}

TEST(Errno, KeepsWhatProgramsActUpon) {
  EXPECT_EQ(RoundTrip(ENOENT), ENOENT);
  EXPECT_EQ(RoundTrip(EACCES), EACCES);
  EXPECT_EQ(RoundTrip(EBUSY), EBUSY);
  EXPECT_EQ(RoundTrip(EIO), EIO);
}

TEST(Errno, APathThroughWhatIsNoDirectoryNamesNothing) {
  EXPECT_EQ(RoundTrip(ENOTDIR), ENOENT);
  EXPECT_EQ(RoundTrip(ELOOP), ENOENT);
  EXPECT_EQ(RoundTrip(ENAMETOOLONG), ENOENT);
}

TEST(Errno, TheMessageNamesTheFileAndTheCause) {
  EXPECT_EQ(FailWithErrno("a/x.jpg", ENOENT).value().message, "a/x.jpg: No such file or directory");
}

}  // namespace
}  // namespace tensorfs
