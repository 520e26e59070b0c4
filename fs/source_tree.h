// SPDX-License-Identifier: MIT
// All access to the source directory. Reads only, below one directory that is opened once.
//
// Links show as what they lead to: a link to a regular file inside the source as that file; any
// other link as a link. With `follow_outside_links`, one that leads out shows as the file or
// directory there. FIFOs, sockets and devices show as what they are, but cannot be opened here.
//
// Paths are relative to the root, "" is the root itself, and names are plain bytes. Nothing here
// follows a link by accident: see fs/open_beneath.h and fs/link_resolver.h.
// Immutable after Open; thread-safe. Errors of every call: kNotFound, kPermission, kIo.
#ifndef TENSORFS_FS_SOURCE_TREE_H_
#define TENSORFS_FS_SOURCE_TREE_H_

#include <sys/stat.h>
#include <sys/statvfs.h>

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "cache/unique_fd.h"
#include "codec/result.h"
#include "fs/link_resolver.h"

namespace tensorfs {

class SourceTree;

// An open regular file and its attributes at that moment.
struct SourceFile {
  UniqueFd fd;
  struct stat attr;
};

// One open directory, for several questions about it. The tree must outlive it.
class SourceDir {
 public:
  // The directory's own attributes.
  Result<struct stat> StatSelf() const;

  // What the entry shows as.
  Result<struct stat> Stat(const std::string& name) const;

  // Every entry but . and .., with the S_IFMT bits of what it shows as.
  using Visitor = std::function<void(std::string_view name, uint32_t type)>;
  Result<void> ForEach(const Visitor& visit) const;
  // Some of them, at most about a thousand; which ones is up to the source's filesystem.
  Result<void> ForSome(const Visitor& visit) const;

  Result<SourceFile> OpenFile(const std::string& name) const;
  Result<std::string> ReadLink(const std::string& name) const;

 private:
  friend class SourceTree;
  SourceDir(const SourceTree* tree, std::string path, UniqueFd fd, bool is_inside)
      : tree_(tree), path_(std::move(path)), fd_(std::move(fd)), is_inside_(is_inside) {}

  std::string PathOf(const std::string& name) const;
  Result<LinkTarget> Resolve(const std::string& name) const;
  Result<struct stat> StatLinked(const std::string& name, const struct stat& link) const;
  Result<void> VisitBlocks(size_t block_bytes, bool all, const Visitor& visit) const;
  void VisitBlock(std::string_view block, const Visitor& visit) const;
  uint32_t ShownType(const std::string& name) const;

  const SourceTree* tree_;
  std::string path_;
  UniqueFd fd_;
  bool is_inside_;  // false: reached through a link that leads out of the source
};

class SourceTree {
 public:
  // Errors: also kInvalidArgument if it is not a directory.
  static Result<SourceTree> Open(const std::string& path, bool follow_outside_links);

  Result<SourceDir> OpenDir(const std::string& path) const;
  Result<struct stat> Stat(const std::string& path) const;
  Result<SourceFile> OpenFile(const std::string& path) const;

  // As it must read inside the mount. Errors: also kPermission if the link leads out of the source.
  Result<std::string> ReadLink(const std::string& path) const;

  Result<struct statvfs> StatFs() const;

 private:
  friend class SourceDir;
  SourceTree(UniqueFd fd, SourceRoot root, bool follow_outside_links)
      : fd_(std::move(fd)), root_(std::move(root)), follow_outside_links_(follow_outside_links) {}

  UniqueFd fd_;
  SourceRoot root_;
  bool follow_outside_links_;
};

}  // namespace tensorfs

#endif  // TENSORFS_FS_SOURCE_TREE_H_
