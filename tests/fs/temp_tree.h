// SPDX-License-Identifier: MIT
// A temporary directory for tests, removed with all it holds. Not thread-safe. Every operation
// throws where it fails, so that a test cannot go on without its input.
#ifndef TENSORFS_TESTS_FS_TEMP_TREE_H_
#define TENSORFS_TESTS_FS_TEMP_TREE_H_

#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <string_view>

namespace tensorfs {

class TempTree {
 public:
  TempTree();
  TempTree(const TempTree&) = delete;
  TempTree& operator=(const TempTree&) = delete;
  ~TempTree();

  std::string path() const { return root_.string(); }
  std::string At(const std::string& name) const { return (root_ / name).string(); }

  // Missing directories on the way are made.
  void Write(const std::string& name, std::string_view content);
  void Write(const std::string& name, std::span<const uint8_t> content);
  void MakeDir(const std::string& name);
  void Link(const std::string& name, const std::string& target);
  void Fifo(const std::string& name);
  void Remove(const std::string& name);

 private:
  std::filesystem::path root_;
};

}  // namespace tensorfs

#endif  // TENSORFS_TESTS_FS_TEMP_TREE_H_
