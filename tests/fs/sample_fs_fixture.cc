// SPDX-License-Identifier: MIT
#include "tests/fs/sample_fs_fixture.h"

#include <algorithm>
#include <utility>

namespace tensorfs {

Pipeline SmallPipeline() {
  Resize resize;
  resize.size = 16;
  return *Pipeline::Create({resize, CenterCrop{.size = {12, 12}}});
}

void SampleFsTest::Mount(ViewOptions view, ServeOptions serve) {
  Result<std::unique_ptr<SampleFs>> fs =
      SampleFs::Create(source_.path(), std::move(view), serve, &stats_);
  ASSERT_TRUE(fs) << fs.error().message;
  fs_ = std::move(*fs);
}

Result<struct stat> SampleFsTest::Walk(const std::string& path) {
  Result<struct stat> attributes = fs_->GetAttr(kRootInode);
  size_t begin = 0;
  while (attributes && begin < path.size()) {
    const size_t end = std::min(path.find('/', begin), path.size());
    attributes = fs_->Lookup(attributes->st_ino, path.substr(begin, end - begin));
    begin = end + 1;
  }
  return attributes;
}

Inode SampleFsTest::InodeOf(const std::string& path) {
  const Result<struct stat> attributes = Walk(path);
  EXPECT_TRUE(attributes) << path << ": " << attributes.error().message;
  return attributes ? attributes->st_ino : 0;
}

std::string SampleFsTest::ReadAll(const std::string& path) {
  const Result<std::string> content = ReadSlice(path, 0, size_t{1} << 30);
  return content ? *content : "error " + content.error().message;
}

Result<std::string> SampleFsTest::ReadSlice(const std::string& path, uint64_t offset, size_t size) {
  const Result<ReadReply> reply = fs_->Read(InodeOf(path), offset, size);
  if (!reply) return tl::unexpected(reply.error());
  return std::string(reinterpret_cast<const char*>(reply->bytes.data()), reply->bytes.size());
}

std::map<std::string, uint32_t> SampleFsTest::List(const std::string& path) {
  std::map<std::string, uint32_t> entries;
  const Result<std::unique_ptr<const DirListing>> listing = fs_->ListDir(InodeOf(path));
  EXPECT_TRUE(listing);
  if (!listing) return entries;
  for (size_t i = 0; i < (*listing)->size(); ++i) {
    const DirEntry entry = (*listing)->at(i);
    EXPECT_TRUE(entries.emplace(entry.name, entry.type).second) << entry.name << " comes twice";
  }
  return entries;
}

}  // namespace tensorfs
