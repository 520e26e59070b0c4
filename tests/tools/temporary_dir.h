// SPDX-License-Identifier: MIT
// A directory that goes, with everything in it, when the object goes.
#ifndef TENSORFS_TESTS_TOOLS_TEMPORARY_DIR_H_
#define TENSORFS_TESTS_TOOLS_TEMPORARY_DIR_H_

#include <gtest/gtest.h>
#include <stdlib.h>

#include <filesystem>
#include <string>

namespace tensorfs {

class TemporaryDir {
 public:
  TemporaryDir() {
    std::string name = std::filesystem::canonical(testing::TempDir()) / "tensorfs-test-XXXXXX";
    if (mkdtemp(name.data()) == nullptr) ADD_FAILURE() << "mkdtemp " << name;
    path_ = name;
  }
  ~TemporaryDir() { std::filesystem::remove_all(path_); }
  TemporaryDir(const TemporaryDir&) = delete;
  TemporaryDir& operator=(const TemporaryDir&) = delete;

  std::string operator/(const std::string& name) const { return path_ + "/" + name; }
  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

}  // namespace tensorfs

#endif  // TENSORFS_TESTS_TOOLS_TEMPORARY_DIR_H_
