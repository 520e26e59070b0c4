// SPDX-License-Identifier: MIT
#include "fs/source_tree.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <cerrno>
#include <map>

#include "fs/open_beneath.h"
#include "fs/read_fully.h"
#include "tests/fs/temp_tree.h"

namespace tensorfs {
namespace {

class SourceTreeTest : public testing::Test {
 protected:
  SourceTree Open(bool follow_outside_links = false) {
    return *SourceTree::Open(source_.path(), follow_outside_links);
  }

  // Type and content, or target, of an entry: "file abc", "dir", "link ../x", "error".
  std::string Describe(const SourceTree& tree, const std::string& path) {
    const Result<struct stat> attr = tree.Stat(path);
    if (!attr) return "error";
    if (S_ISDIR(attr->st_mode)) return "dir";
    if (S_ISLNK(attr->st_mode)) {
      const Result<std::string> target = tree.ReadLink(path);
      return target ? "link " + *target : "refused link";
    }
    if (!S_ISREG(attr->st_mode)) return "special";
    const Result<SourceFile> file = tree.OpenFile(path);
    if (!file) return "unreadable file";
    std::string content(static_cast<size_t>(file->attr.st_size), '\0');
    const auto bytes = reinterpret_cast<uint8_t*>(content.data());
    EXPECT_TRUE(ReadFully(file->fd.get(), 0, {bytes, content.size()}));
    return "file " + content;
  }

  std::map<std::string, uint32_t> List(const SourceTree& tree, const std::string& path) {
    std::map<std::string, uint32_t> entries;
    const Result<SourceDir> directory = tree.OpenDir(path);
    EXPECT_TRUE(directory);
    EXPECT_TRUE(directory->ForEach(
        [&](std::string_view name, uint32_t type) { entries.emplace(name, type); }));
    return entries;
  }

  TempTree source_;
  TempTree elsewhere_;
};

TEST_F(SourceTreeTest, RefusesWhatIsNoDirectory) {
  source_.Write("file", "x");
  EXPECT_EQ(SourceTree::Open(source_.At("file"), false).error().code, ErrorCode::kInvalidArgument);
  EXPECT_EQ(SourceTree::Open(source_.At("none"), false).error().code, ErrorCode::kNotFound);
}

TEST_F(SourceTreeTest, ReadsPlainFilesAndDirectories) {
  source_.Write("a/b/x", "hello");
  const SourceTree tree = Open();
  EXPECT_EQ(Describe(tree, ""), "dir");
  EXPECT_EQ(Describe(tree, "a/b"), "dir");
  EXPECT_EQ(Describe(tree, "a/b/x"), "file hello");
  EXPECT_EQ(tree.Stat("a/none").error().code, ErrorCode::kNotFound);
  EXPECT_EQ(tree.Stat("a/b/x/y").error().code, ErrorCode::kNotFound);
  EXPECT_TRUE(tree.StatFs()->f_flag & ST_RDONLY);
}

TEST_F(SourceTreeTest, ALinkToAFileInsideShowsAsThatFile) {
  source_.Write("blobs/1", "one");
  source_.Link("snapshots/main/x.jpg", "../../blobs/1");
  source_.Link("absolute", source_.At("blobs/1"));
  source_.Link("twice", "snapshots/main/x.jpg");
  source_.Link("through", "dirlink/1");
  source_.Link("dirlink", "blobs");
  const SourceTree tree = Open();
  for (const char* path : {"snapshots/main/x.jpg", "absolute", "twice", "through"}) {
    EXPECT_EQ(Describe(tree, path), "file one") << path;
  }
  EXPECT_EQ(List(tree, "snapshots/main").at("x.jpg"), uint32_t{S_IFREG});
}

TEST_F(SourceTreeTest, ALinkToADirectoryInsideShowsAsALink) {
  source_.Write("a/b/x", "x");
  source_.Link("a/up", "../a/b");
  source_.Link("a/b/absolute", source_.At("a"));
  source_.Link("a/b/root", source_.path());
  source_.Link("root", source_.path() + "/");
  const SourceTree tree = Open();
  EXPECT_EQ(Describe(tree, "a/up"), "link ../a/b");
  EXPECT_EQ(Describe(tree, "a/b/absolute"), "link ../../a");
  EXPECT_EQ(Describe(tree, "a/b/root"), "link ../..");
  EXPECT_EQ(Describe(tree, "root"), "link .");
  EXPECT_EQ(List(tree, "a").at("up"), uint32_t{S_IFLNK});
}

TEST_F(SourceTreeTest, ALinkThatLeadsOutIsRefused) {
  elsewhere_.Write("secret", "s");
  source_.MakeDir("a");
  source_.Link("file", elsewhere_.At("secret"));
  source_.Link("dir", elsewhere_.path());
  source_.Link("a/up", "../..");
  source_.Link("back", "../" + source_.path().substr(source_.path().rfind('/') + 1) + "/a");
  source_.Link("chain", "file");
  source_.Link("dangling", "none/../../..");
  source_.Link("prefix", source_.path() + "-other/x");
  const SourceTree tree = Open();
  for (const char* path : {"file", "dir", "a/up", "back", "chain", "dangling", "prefix"}) {
    EXPECT_EQ(Describe(tree, path), "refused link") << path;
    EXPECT_FALSE(tree.OpenFile(path)) << path;
  }
  EXPECT_FALSE(tree.OpenFile("dir/secret"));
  EXPECT_FALSE(tree.OpenDir("dir"));
  EXPECT_EQ(tree.ReadLink("file").error().code, ErrorCode::kPermission);
  EXPECT_EQ(List(tree, "").at("file"), uint32_t{S_IFLNK});
}

TEST_F(SourceTreeTest, AllowedLinksOutShowWhatTheyLeadTo) {
  elsewhere_.Write("data/x", "x");
  elsewhere_.Link("data/sibling", "x");
  elsewhere_.Link("data/parent", "..");
  source_.Link("file", elsewhere_.At("data/x"));
  source_.Link("dir", elsewhere_.At("data"));
  source_.Link("none", elsewhere_.At("none"));
  source_.MakeDir("inside");
  source_.Link("to_inside", "inside");
  const SourceTree tree = Open(true);
  EXPECT_EQ(Describe(tree, "file"), "file x");
  EXPECT_EQ(Describe(tree, "dir"), "dir");
  EXPECT_EQ(Describe(tree, "dir/x"), "file x");
  EXPECT_EQ(Describe(tree, "dir/sibling"), "file x");
  EXPECT_EQ(Describe(tree, "dir/parent/data/x"), "file x");
  EXPECT_EQ(Describe(tree, "none"), "link " + elsewhere_.At("none"));
  EXPECT_EQ(Describe(tree, "to_inside"), "link inside");
  EXPECT_EQ(List(tree, "").at("dir"), uint32_t{S_IFDIR});
  EXPECT_EQ(List(tree, "dir").at("sibling"), uint32_t{S_IFREG});
}

TEST_F(SourceTreeTest, DanglingAndCircularLinksShowAsLinks) {
  source_.Link("dangling", "none/x.jpg");
  source_.Link("absolute", source_.At("none"));
  source_.Link("self", "self");
  source_.Link("a", "b");
  source_.Link("b", "a");
  const SourceTree tree = Open();
  EXPECT_EQ(Describe(tree, "dangling"), "link none/x.jpg");
  EXPECT_EQ(Describe(tree, "absolute"), "link none");
  EXPECT_EQ(Describe(tree, "self"), "link self");
  EXPECT_EQ(Describe(tree, "a"), "link b");
  EXPECT_FALSE(tree.OpenFile("a"));
}

TEST_F(SourceTreeTest, AFifoIsListedButNeverOpened) {
  source_.Fifo("fifo");
  source_.Link("to_fifo", "fifo");
  const SourceTree tree = Open();
  EXPECT_EQ(Describe(tree, "fifo"), "special");
  EXPECT_EQ(Describe(tree, "to_fifo"), "link fifo");
  EXPECT_EQ(tree.OpenFile("fifo").error().code, ErrorCode::kPermission);
  EXPECT_EQ(List(tree, "").at("fifo"), uint32_t{S_IFIFO});
}

TEST_F(SourceTreeTest, NamesAreBytes) {
  source_.Write("\xff\xfe/\x80 \n", "x");
  EXPECT_EQ(Describe(Open(), "\xff\xfe/\x80 \n"), "file x");
}

TEST_F(SourceTreeTest, ListsManyEntriesOnceEach) {
  for (int i = 0; i < 5000; ++i) source_.Write("many/" + std::to_string(i), "");
  EXPECT_EQ(List(Open(), "many").size(), 5000u);
}

// Both ways to open must agree, whichever the kernel makes possible.
class OpenBeneathTest : public testing::TestWithParam<decltype(&OpenBeneath)> {
 protected:
  OpenBeneathTest() : root_(open(tree_.path().c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC)) {}

  bool Opens(const std::string& path, int flags = O_RDONLY) {
    return GetParam()(root_.get(), path, flags).valid();
  }

  TempTree tree_;
  UniqueFd root_;
};

TEST_P(OpenBeneathTest, OpensFilesAndDirectories) {
  tree_.Write("a/b/x", "x");
  EXPECT_TRUE(Opens(""));
  EXPECT_TRUE(Opens("a", O_PATH | O_DIRECTORY));
  EXPECT_TRUE(Opens("a/b/x"));
  EXPECT_FALSE(Opens("a/b/y"));
  EXPECT_FALSE(Opens("a/b/x/y"));
}

TEST_P(OpenBeneathTest, FollowsNoLinkAnywhere) {
  tree_.Write("a/x", "x");
  tree_.Link("dir", "a");
  tree_.Link("a/file", "x");
  EXPECT_FALSE(Opens("dir/x"));
  EXPECT_FALSE(Opens("a/file"));
  EXPECT_EQ(errno, ELOOP);
  EXPECT_FALSE(Opens("dir", O_PATH | O_DIRECTORY));
}

TEST_P(OpenBeneathTest, ClosesOnExec) {
  tree_.Write("x", "x");
  const UniqueFd fd = GetParam()(root_.get(), "x", O_RDONLY);
  EXPECT_TRUE(fcntl(fd.get(), F_GETFD) & FD_CLOEXEC);
}

INSTANTIATE_TEST_SUITE_P(BothWays, OpenBeneathTest,
                         testing::Values(&OpenBeneath, &OpenBeneathByWalking));

}  // namespace
}  // namespace tensorfs
