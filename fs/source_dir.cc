// SPDX-License-Identifier: MIT
#include <dirent.h>
#include <fcntl.h>

#include <cerrno>
#include <memory>

#include "fs/errno.h"
#include "fs/open_beneath.h"
#include "fs/source_tree.h"

namespace tensorfs {
namespace {

constexpr size_t kListBlockBytes = size_t{256} << 10;
constexpr size_t kSomeBytes = size_t{32} << 10;

// The file is opened without waiting for the other end of a FIFO, should it have become one.
constexpr int kOpenFlags = O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC;

bool IsFileOrDirectory(const struct stat& attr) {
  return S_ISREG(attr.st_mode) || S_ISDIR(attr.st_mode);
}

}  // namespace

std::string SourceDir::PathOf(const std::string& name) const {
  return path_.empty() ? name : path_ + "/" + name;
}

Result<struct stat> SourceDir::StatSelf() const {
  struct stat attr;
  if (fstat(fd_.get(), &attr) != 0) return FailWithErrno(path_, errno);
  return attr;
}

Result<struct stat> SourceDir::Stat(const std::string& name) const {
  struct stat attr;
  if (fstatat(fd_.get(), name.c_str(), &attr, AT_SYMLINK_NOFOLLOW) != 0) {
    return FailWithErrno(PathOf(name), errno);
  }
  if (S_ISLNK(attr.st_mode)) return StatLinked(name, attr);
  return attr;
}

// Beyond a link that leads out of the source, whatever is linked to is outside too: its ".." are
// not those of the path that led there.
Result<LinkTarget> SourceDir::Resolve(const std::string& name) const {
  if (!is_inside_) return LinkTarget{LinkTarget::Kind::kOutside, ""};
  return ResolveLink(tree_->root_, path_, name);
}

Result<struct stat> SourceDir::StatLinked(const std::string& name, const struct stat& link) const {
  const Result<LinkTarget> target = Resolve(name);
  if (!target) return tl::unexpected(target.error());
  struct stat attr;
  if (target->kind == LinkTarget::Kind::kOutside && tree_->follow_outside_links_ &&
      fstatat(fd_.get(), name.c_str(), &attr, 0) == 0 && IsFileOrDirectory(attr)) {
    return attr;
  }
  if (target->kind != LinkTarget::Kind::kInside) return link;
  const UniqueFd fd = OpenBeneath(tree_->fd_.get(), target->path, O_PATH);
  if (fd.valid() && fstat(fd.get(), &attr) == 0 && S_ISREG(attr.st_mode)) return attr;
  return link;
}

Result<SourceFile> SourceDir::OpenFile(const std::string& name) const {
  const Result<struct stat> shown = Stat(name);
  if (!shown) return tl::unexpected(shown.error());
  if (!S_ISREG(shown->st_mode)) {
    return Fail(ErrorCode::kPermission, PathOf(name) + ": not a regular file");
  }
  SourceFile file{.fd = UniqueFd(openat(fd_.get(), name.c_str(), kOpenFlags | O_NOFOLLOW)),
                  .attr = {}};
  if (!file.fd.valid() && errno == ELOOP) {
    const Result<LinkTarget> target = Resolve(name);
    if (!target) return tl::unexpected(target.error());
    if (target->kind == LinkTarget::Kind::kInside) {
      file.fd = OpenBeneath(tree_->fd_.get(), target->path, kOpenFlags);
    } else if (tree_->follow_outside_links_) {
      file.fd = UniqueFd(openat(fd_.get(), name.c_str(), kOpenFlags));
    }
  }
  if (!file.fd.valid() || fstat(file.fd.get(), &file.attr) != 0) {
    return FailWithErrno(PathOf(name), errno);
  }
  return file;
}

Result<std::string> SourceDir::ReadLink(const std::string& name) const {
  const Result<std::string> target = ReadLinkAt(fd_.get(), name);
  if (!target) return Fail(path_, target.error());
  const Result<LinkTarget> leads = Resolve(name);
  if (!leads) return tl::unexpected(leads.error());
  if (leads->kind != LinkTarget::Kind::kOutside) return PresentTarget(tree_->root_, path_, *target);
  if (tree_->follow_outside_links_) return *target;
  return Fail(ErrorCode::kPermission, PathOf(name) + ": the link leads out of the source");
}

Result<void> SourceDir::ForEach(const Visitor& visit) const {
  return VisitBlocks(kListBlockBytes, true, visit);
}

Result<void> SourceDir::ForSome(const Visitor& visit) const {
  return VisitBlocks(kSomeBytes, false, visit);
}

Result<void> SourceDir::VisitBlocks(size_t block_bytes, bool all, const Visitor& visit) const {
  const UniqueFd readable(openat(fd_.get(), ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!readable.valid()) return FailWithErrno(path_, errno);
  const auto block = std::make_unique_for_overwrite<char[]>(block_bytes);
  do {
    const ssize_t bytes = getdents64(readable.get(), block.get(), block_bytes);
    if (bytes < 0) return FailWithErrno(path_, errno);
    if (bytes == 0) return {};
    VisitBlock({block.get(), static_cast<size_t>(bytes)}, visit);
  } while (all);
  return {};
}

void SourceDir::VisitBlock(std::string_view block, const Visitor& visit) const {
  for (size_t at = 0; at < block.size();) {
    const auto* entry = reinterpret_cast<const dirent64*>(block.data() + at);
    at += entry->d_reclen;
    const std::string_view name = entry->d_name;
    if (name == "." || name == "..") continue;
    const bool is_plain = entry->d_type != DT_UNKNOWN && entry->d_type != DT_LNK;
    visit(name, is_plain ? DTTOIF(entry->d_type) : ShownType(std::string(name)));
  }
}

// An entry that cannot be looked at is listed all the same.
uint32_t SourceDir::ShownType(const std::string& name) const {
  const Result<struct stat> attr = Stat(name);
  return attr ? attr->st_mode & S_IFMT : S_IFREG;
}

}  // namespace tensorfs
