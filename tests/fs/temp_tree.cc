// SPDX-License-Identifier: MIT
#include "tests/fs/temp_tree.h"

#include <sys/stat.h>

#include <cerrno>
#include <cstdlib>
#include <fstream>
#include <system_error>

namespace tensorfs {
namespace {

[[noreturn]] void ThrowErrno(const std::string& what) {
  throw std::system_error(errno, std::generic_category(), what);
}

}  // namespace

TempTree::TempTree() {
  std::string pattern = (std::filesystem::temp_directory_path() / "tensorfs-test-XXXXXX").string();
  if (mkdtemp(pattern.data()) == nullptr) ThrowErrno(pattern);
  root_ = std::filesystem::canonical(pattern);
}

TempTree::~TempTree() {
  std::error_code ignored;
  std::filesystem::remove_all(root_, ignored);
}

void TempTree::Write(const std::string& name, std::string_view content) {
  std::filesystem::create_directories((root_ / name).parent_path());
  std::ofstream file(root_ / name, std::ios::binary | std::ios::trunc);
  file.write(content.data(), static_cast<std::streamsize>(content.size()));
  file.close();
  if (!file) ThrowErrno(name);
}

void TempTree::Write(const std::string& name, std::span<const uint8_t> content) {
  Write(name, std::string_view(reinterpret_cast<const char*>(content.data()), content.size()));
}

void TempTree::MakeDir(const std::string& name) {
  std::filesystem::create_directories(root_ / name);
}

void TempTree::Link(const std::string& name, const std::string& target) {
  std::filesystem::create_directories((root_ / name).parent_path());
  std::filesystem::create_symlink(target, root_ / name);
}

void TempTree::Fifo(const std::string& name) {
  if (mkfifo(At(name).c_str(), 0644) != 0) ThrowErrno(name);
}

void TempTree::Remove(const std::string& name) { std::filesystem::remove_all(root_ / name); }

}  // namespace tensorfs
