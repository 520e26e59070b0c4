// SPDX-License-Identifier: MIT
// A directory that stands in for the root of a machine, with what its kernel tells in /proc and
// /sys. Removed in the end.
#ifndef TENSORFS_TESTS_POLICY_FAKE_PROC_H_
#define TENSORFS_TESTS_POLICY_FAKE_PROC_H_

#include <stdlib.h>

#include <filesystem>
#include <fstream>
#include <string>

#include "gtest/gtest.h"

namespace tensorfs {

class FakeProc {
 public:
  FakeProc() : root_(testing::TempDir() + "proc-XXXXXX") { mkdtemp(root_.data()); }
  FakeProc(const FakeProc&) = delete;
  FakeProc& operator=(const FakeProc&) = delete;
  ~FakeProc() { std::filesystem::remove_all(root_); }

  const std::string& root() const { return root_; }

  void Write(const std::string& path, const std::string& text) const {
    const std::filesystem::path full = root_ + path;
    std::filesystem::create_directories(full.parent_path());
    std::ofstream(full) << text;
  }

 private:
  std::string root_;
};

}  // namespace tensorfs

#endif  // TENSORFS_TESTS_POLICY_FAKE_PROC_H_
