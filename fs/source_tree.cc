// SPDX-License-Identifier: MIT
#include "fs/source_tree.h"

#include <fcntl.h>

#include <cerrno>
#include <filesystem>
#include <utility>

#include "fs/errno.h"
#include "fs/open_beneath.h"

namespace tensorfs {
namespace {

// "a/b" and "c" of "a/b/c".
std::pair<std::string, std::string> SplitLast(const std::string& path) {
  const size_t slash = path.rfind('/');
  if (slash == std::string::npos) return {"", path};
  return {path.substr(0, slash), path.substr(slash + 1)};
}

// The names by which an absolute link may call the root: as the user wrote it and as it really is.
std::vector<std::string> NamesOf(const std::string& path) {
  std::vector<std::string> names;
  std::error_code error;
  const std::filesystem::path written = std::filesystem::absolute(path, error).lexically_normal();
  for (const auto& name : {written, std::filesystem::canonical(path, error)}) {
    std::string text = name.string();
    while (text.ends_with('/')) text.pop_back();
    names.push_back(std::move(text));
  }
  return names;
}

}  // namespace

Result<SourceTree> SourceTree::Open(const std::string& path, bool follow_outside_links) {
  UniqueFd fd(open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!fd.valid() && errno == ENOTDIR) {
    return Fail(ErrorCode::kInvalidArgument, path + ": not a directory");
  }
  if (!fd.valid()) return FailWithErrno(path, errno);
  SourceRoot root{.fd = fd.get(), .names = NamesOf(path)};
  return SourceTree(std::move(fd), std::move(root), follow_outside_links);
}

Result<SourceDir> SourceTree::OpenDir(const std::string& path) const {
  UniqueFd inside = OpenBeneath(fd_.get(), path, O_PATH | O_DIRECTORY);
  if (inside.valid()) return SourceDir(this, path, std::move(inside), true);
  // A link in last place gives ENOTDIR, because O_DIRECTORY looks at the link itself.
  if (!follow_outside_links_ || (errno != ELOOP && errno != ENOTDIR)) {
    return FailWithErrno(path, errno);
  }
  UniqueFd outside(openat(fd_.get(), path.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
  if (!outside.valid()) return FailWithErrno(path, errno);
  return SourceDir(this, path, std::move(outside), false);
}

Result<struct stat> SourceTree::Stat(const std::string& path) const {
  if (path.empty()) {
    struct stat attr;
    if (fstat(fd_.get(), &attr) != 0) return FailWithErrno("source", errno);
    return attr;
  }
  const auto [parent, name] = SplitLast(path);
  const Result<SourceDir> directory = OpenDir(parent);
  if (!directory) return tl::unexpected(directory.error());
  return directory->Stat(name);
}

Result<SourceFile> SourceTree::OpenFile(const std::string& path) const {
  const auto [parent, name] = SplitLast(path);
  const Result<SourceDir> directory = OpenDir(parent);
  if (!directory) return tl::unexpected(directory.error());
  return directory->OpenFile(name);
}

Result<std::string> SourceTree::ReadLink(const std::string& path) const {
  const auto [parent, name] = SplitLast(path);
  const Result<SourceDir> directory = OpenDir(parent);
  if (!directory) return tl::unexpected(directory.error());
  return directory->ReadLink(name);
}

Result<struct statvfs> SourceTree::StatFs() const {
  struct statvfs attr;
  if (fstatvfs(fd_.get(), &attr) != 0) return FailWithErrno("source", errno);
  attr.f_flag |= ST_RDONLY;
  return attr;
}

}  // namespace tensorfs
