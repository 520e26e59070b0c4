// SPDX-License-Identifier: MIT
// A SampleFs over a temporary source directory, for tests.
#ifndef TENSORFS_TESTS_FS_SAMPLE_FS_FIXTURE_H_
#define TENSORFS_TESTS_FS_SAMPLE_FS_FIXTURE_H_

#include <gtest/gtest.h>

#include <map>
#include <memory>
#include <string>

#include "fs/sample_fs.h"
#include "tests/fs/temp_tree.h"

namespace tensorfs {

// Resize(16), CenterCrop(12): tensors of uint8[12,12,3].
Pipeline SmallPipeline();

class SampleFsTest : public testing::Test {
 protected:
  // Replaces fs_ by a new filesystem over source_.
  void Mount(ViewOptions view = {}, ServeOptions serve = {});

  // Looks a path up component by component, as the kernel does.
  Result<struct stat> Walk(const std::string& path);
  Inode InodeOf(const std::string& path);

  // The whole file in one read; "error …" with the message if it fails.
  std::string ReadAll(const std::string& path);
  Result<std::string> ReadSlice(const std::string& path, uint64_t offset, size_t size);

  // Presented names and types of a directory.
  std::map<std::string, uint32_t> List(const std::string& path);

  TempTree source_;
  ReadStats stats_;
  std::unique_ptr<SampleFs> fs_;
};

}  // namespace tensorfs

#endif  // TENSORFS_TESTS_FS_SAMPLE_FS_FIXTURE_H_
