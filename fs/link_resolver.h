// SPDX-License-Identifier: MIT
// Where a symbolic link in the source leads, found without touching anything outside the source.
// Stateless; thread-safe.
#ifndef TENSORFS_FS_LINK_RESOLVER_H_
#define TENSORFS_FS_LINK_RESOLVER_H_

#include <string>
#include <vector>

#include "codec/result.h"

namespace tensorfs {

struct LinkTarget {
  enum class Kind {
    kInside,   // an entry of the source; `path` leads there through no link
    kNowhere,  // inside the source, but nothing can be reached there, or links lead in a circle
    kOutside,  // out of the source
  };
  Kind kind;
  std::string path;  // relative to the root; for kInside
};

// An open source directory and the absolute names under which links may speak of it.
struct SourceRoot {
  int fd;
  std::vector<std::string> names;  // without a slash at the end
};

// `directory` holds the link and is reached from the root through no link.
// A target that leaves the root on its way is outside even if it returns. Errors: kIo.
Result<LinkTarget> ResolveLink(const SourceRoot& root, const std::string& directory,
                               const std::string& name);

// The target as it must read inside the mount: relative targets as they are, absolute ones made
// relative to `directory`. REQUIRES: the link does not lead out of the source.
std::string PresentTarget(const SourceRoot& root, const std::string& directory,
                          const std::string& target);

// readlinkat(2) below the root. Errors: kInvalidArgument if it is no link, kNotFound, kIo, ….
Result<std::string> ReadLinkAt(int directory_fd, const std::string& name);

}  // namespace tensorfs

#endif  // TENSORFS_FS_LINK_RESOLVER_H_
