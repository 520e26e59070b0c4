// SPDX-License-Identifier: MIT
// What the filesystem shows: names, attributes, links, extended attributes.
#include "fs/sample_fs.h"

#include <gtest/gtest.h>

#include <chrono>
#include <map>
#include <string>
#include <thread>
#include <vector>

#include "fs/directory_suffixes.h"
#include "tests/fs/sample_fs_fixture.h"
#include "tests/fs/sample_maker.h"

namespace tensorfs {
namespace {

constexpr uint32_t kFileType = S_IFREG;

TEST_F(SampleFsTest, RefusesASourceThatIsNoDirectory) {
  source_.Write("file", "x");
  EXPECT_EQ(SampleFs::Create(source_.At("file"), {}, {}, &stats_).error().code,
            ErrorCode::kInvalidArgument);
  EXPECT_EQ(SampleFs::Create(source_.At("none"), {}, {}, &stats_).error().code,
            ErrorCode::kNotFound);
}

TEST_F(SampleFsTest, RefusesAFormatThatCannotShowThePipeline) {
  ViewOptions view;
  view.pipeline = *Pipeline::Create({ToTensor{}});
  view.format = TensorFileFormat::kPpm;
  EXPECT_EQ(SampleFs::Create(source_.path(), view, {}, &stats_).error().code,
            ErrorCode::kInvalidArgument);
}

TEST_F(SampleFsTest, MirrorsTheTree) {
  source_.Write("a/x.jpg", "not looked at by a listing");
  source_.Write("a/labels.json", "{}");
  source_.MakeDir("a/dir.jpg");
  source_.Write(".hidden.jpg", "");
  Mount();
  EXPECT_EQ(List(""),
            (std::map<std::string, uint32_t>{{"a", S_IFDIR}, {".hidden.jpg", kFileType}}));
  EXPECT_EQ(List("a"),
            (std::map<std::string, uint32_t>{
                {"x.npy", kFileType}, {"labels.json", kFileType}, {"dir.jpg", S_IFDIR}}));
}

TEST_F(SampleFsTest, NamesMayBeAnyBytes) {
  source_.Write("\xff\xfe/\x80.png", MakePngSample(3, 2, 1));
  Mount();
  EXPECT_EQ(List("\xff\xfe").count("\x80.npy"), 1u);
  EXPECT_EQ(ReadAll("\xff\xfe/\x80.npy"), ExpectedFile(MakePngSample(3, 2, 1), {}));
}

TEST_F(SampleFsTest, NothingAboveTheSourceCanBeNamed) {
  Mount();
  for (const char* name : {".", "..", "", "a/b", "../etc"}) {
    const Result<struct stat> attributes = fs_->Lookup(kRootInode, name);
    ASSERT_FALSE(attributes) << name;
    EXPECT_EQ(attributes.error().code, ErrorCode::kNotFound);
  }
}

TEST_F(SampleFsTest, UnknownInodesAreNotFound) {
  Mount();
  constexpr Inode kUnknown = 12345;
  EXPECT_EQ(fs_->GetAttr(kUnknown).error().code, ErrorCode::kNotFound);
  EXPECT_EQ(fs_->Lookup(kUnknown, "x").error().code, ErrorCode::kNotFound);
  EXPECT_EQ(fs_->ListDir(kUnknown).error().code, ErrorCode::kNotFound);
  EXPECT_EQ(fs_->Read(kUnknown, 0, 1).error().code, ErrorCode::kNotFound);
}

TEST_F(SampleFsTest, SizesAreExactFromTheFirstLook) {
  source_.Write("x.png", MakePngSample(31, 17, 1));
  source_.Write("y.jpg", MakeJpegSample(40, 30, 2));
  Mount();
  EXPECT_EQ(Walk("x.npy")->st_size, 128 + 31 * 17 * 3);
  EXPECT_EQ(Walk("y.npy")->st_size, 128 + 40 * 30 * 3);
  EXPECT_EQ(Walk("y.npy")->st_blocks, (128 + 40 * 30 * 3 + 511) / 512);
  ViewOptions view;
  view.pipeline = SmallPipeline();
  Mount(view);
  EXPECT_EQ(Walk("x.npy")->st_size, 128 + 12 * 12 * 3);
}

TEST_F(SampleFsTest, AFixedSizeNeedsNoLookIntoTheFile) {
  source_.Write("x.png", "no image at all");
  ViewOptions view;
  view.pipeline = SmallPipeline();
  Mount(view);
  EXPECT_EQ(Walk("x.npy")->st_size, 128 + 12 * 12 * 3);
}

TEST_F(SampleFsTest, ABrokenHeaderHasASizeThatMakesProgramsRead) {
  source_.Write("text.png", "no image at all");
  source_.Write("empty.jpg", "");
  Mount();
  EXPECT_EQ(Walk("text.npy")->st_size, 15);
  EXPECT_EQ(Walk("empty.npy")->st_size, 1);
}

TEST_F(SampleFsTest, AttributesAreTheSourcesWithoutWriteBits) {
  source_.Write("a/x.png", MakePngSample(3, 2, 1));
  Mount();
  struct stat source;
  ASSERT_EQ(stat(source_.At("a/x.png").c_str(), &source), 0);
  const struct stat shown = *Walk("a/x.npy");
  EXPECT_EQ(shown.st_mode, source.st_mode & ~mode_t{0222});
  EXPECT_EQ(shown.st_mtim.tv_sec, source.st_mtim.tv_sec);
  EXPECT_EQ(shown.st_mtim.tv_nsec, source.st_mtim.tv_nsec);
  EXPECT_EQ(shown.st_uid, source.st_uid);
  EXPECT_EQ(shown.st_gid, source.st_gid);
  EXPECT_EQ(shown.st_nlink, 1u);
  EXPECT_EQ(shown.st_blksize, 4096);
  EXPECT_EQ(Walk("a")->st_mode & 0222, 0u);
}

TEST_F(SampleFsTest, InodesAreThoseOfTheListingAndOfTheNextMount) {
  source_.Write("a/x.png", MakePngSample(3, 2, 1));
  Mount();
  const Inode inode = InodeOf("a/x.npy");
  EXPECT_EQ((*fs_->ListDir(InodeOf("a")))->at(0).inode, inode);
  Mount();
  EXPECT_EQ(InodeOf("a/x.npy"), inode);
  EXPECT_EQ(fs_->GetAttr(inode)->st_ino, inode);
}

TEST_F(SampleFsTest, ALargeDirectoryIsListedWholeWithCollisions) {
  constexpr int kFiles = 3000;
  for (int i = 0; i < kFiles; ++i) source_.Write("d/" + std::to_string(i) + ".jpg", "");
  source_.Write("d/77.png", "");
  source_.Write("d/88.npy", "");
  Mount();
  const std::map<std::string, uint32_t> entries = List("d");
  EXPECT_EQ(entries.size(), kFiles + 2u);
  for (const char* name : {"0.npy", "77.jpg.npy", "77.png.npy", "88.npy", "88.jpg.npy"}) {
    EXPECT_TRUE(entries.contains(name)) << name;
    EXPECT_TRUE(Walk(std::string("d/") + name)) << name;
  }
  EXPECT_FALSE(Walk("d/77.npy"));
  EXPECT_FALSE(Walk("d/0.jpg"));
}

TEST_F(SampleFsTest, WhatAListingTaughtIsForgottenWhenTheDirectoryChanges) {
  source_.Write("x.jpg", "");
  Mount();
  // A listing teaches only of a directory that has not changed for some seconds.
  std::this_thread::sleep_for(std::chrono::seconds(DirectorySuffixes::kSettlingSeconds + 1));
  EXPECT_EQ(List("").size(), 1u);
  EXPECT_TRUE(Walk("x.npy"));
  EXPECT_FALSE(Walk("y.npy"));
  source_.Write("y.PNG", "");
  source_.Write("x.png", "");
  EXPECT_TRUE(Walk("y.npy"));
  EXPECT_FALSE(Walk("x.npy"));
  EXPECT_TRUE(Walk("x.jpg.npy"));
}

TEST_F(SampleFsTest, ALinkToASampleIsASample) {
  source_.Write("blobs/1", MakePngSample(3, 2, 1));
  source_.Link("snapshots/x.png", "../blobs/1");
  source_.Link("snapshots/dangling.png", "../blobs/2");
  Mount();
  EXPECT_EQ(List("snapshots"),
            (std::map<std::string, uint32_t>{{"x.npy", kFileType}, {"dangling.png", S_IFLNK}}));
  EXPECT_EQ(ReadAll("snapshots/x.npy"), ExpectedFile(MakePngSample(3, 2, 1), {}));
  EXPECT_EQ(*fs_->ReadLink(InodeOf("snapshots/dangling.png")), "../blobs/2");
}

TEST_F(SampleFsTest, ALinksSizeIsTheLengthOfTheTargetThatIsShown) {
  source_.MakeDir("a/b");
  source_.Link("a/b/up", source_.At("a"));
  source_.Link("out", "/etc");
  Mount();
  EXPECT_EQ(*fs_->ReadLink(InodeOf("a/b/up")), "../../a");
  EXPECT_EQ(Walk("a/b/up")->st_size, 7);
  EXPECT_EQ(fs_->ReadLink(InodeOf("out")).error().code, ErrorCode::kPermission);
}

TEST_F(SampleFsTest, KeptNamesShowTensorsToo) {
  source_.Write("x.png", MakePngSample(3, 2, 1));
  ViewOptions view;
  view.names = NamesMode::kKeep;
  view.format = TensorFileFormat::kPpm;
  Mount(view);
  EXPECT_EQ(List("").count("x.png"), 1u);
  EXPECT_EQ(ReadAll("x.png"), ExpectedFile(MakePngSample(3, 2, 1), {}, TensorFileFormat::kPpm));
}

TEST_F(SampleFsTest, ExtensionsCanBeChosen) {
  source_.Write("x.picture", MakePngSample(3, 2, 1));
  source_.Write("x.png", "passes through");
  ViewOptions view;
  view.extensions = {"picture"};
  Mount(view);
  EXPECT_EQ(ReadAll("x.npy"), ExpectedFile(MakePngSample(3, 2, 1), {}));
  EXPECT_EQ(ReadAll("x.png"), "passes through");
}

TEST_F(SampleFsTest, ExtendedAttributesTellWhereATensorComesFrom) {
  source_.Write("a/x.png", MakePngSample(3, 2, 1));
  source_.Write("bad.png", "no image");
  ViewOptions view;
  view.root_xattrs = {{"user.tensorfs.socket", "/run/socket"}};
  Mount(view);
  const Inode inode = InodeOf("a/x.npy");
  EXPECT_EQ(*fs_->GetXattr(inode, "user.tensorfs.source"), "a/x.png");
  EXPECT_EQ(*fs_->GetXattr(inode, "user.tensorfs.form"), "source:original");
  EXPECT_EQ(*fs_->GetXattr(inode, "user.tensorfs.spec"), "uint8[2,3,3]");
  for (const char* name : {"user.tensorfs.error", "user.other", "security.capability", ""}) {
    EXPECT_EQ(fs_->GetXattr(inode, name).error().code, ErrorCode::kNotFound) << name;
  }
  EXPECT_EQ(fs_->ListXattrs(inode)->size(), 4u);
  EXPECT_EQ(*fs_->GetXattr(kRootInode, "user.tensorfs.socket"), "/run/socket");
  EXPECT_EQ(*fs_->ListXattrs(kRootInode), std::vector<std::string>{"user.tensorfs.socket"});
  EXPECT_EQ(fs_->GetXattr(InodeOf("bad.npy"), "user.tensorfs.spec").error().code,
            ErrorCode::kNotFound);
}

}  // namespace
}  // namespace tensorfs
