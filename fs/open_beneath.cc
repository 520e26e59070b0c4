// SPDX-License-Identifier: MIT
#include "fs/open_beneath.h"

#include <fcntl.h>
#include <linux/openat2.h>
#include <sys/syscall.h>

#include <cerrno>

namespace tensorfs {

UniqueFd OpenBeneath(int root_fd, const std::string& path, int flags) {
  open_how how = {};
  how.flags = static_cast<uint64_t>(flags | O_CLOEXEC | O_NOFOLLOW);
  how.resolve = RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS;
  const char* const relative = path.empty() ? "." : path.c_str();
  UniqueFd fd(static_cast<int>(syscall(SYS_openat2, root_fd, relative, &how, sizeof(how))));
  // Old container runtimes answer calls they do not know with EPERM.
  if (!fd.valid() && (errno == ENOSYS || errno == EPERM)) {
    return OpenBeneathByWalking(root_fd, path, flags);
  }
  return fd;
}

UniqueFd OpenBeneathByWalking(int root_fd, const std::string& path, int flags) {
  const int last_flags = flags | O_CLOEXEC | O_NOFOLLOW;
  if (path.empty()) return UniqueFd(openat(root_fd, ".", last_flags));
  UniqueFd directory;
  size_t begin = 0;
  for (size_t slash = path.find('/'); slash != std::string::npos; slash = path.find('/', begin)) {
    const std::string component = path.substr(begin, slash - begin);
    const int parent = directory.valid() ? directory.get() : root_fd;
    UniqueFd next(openat(parent, component.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW));
    if (!next.valid()) return next;
    directory = std::move(next);
    begin = slash + 1;
  }
  const int parent = directory.valid() ? directory.get() : root_fd;
  return UniqueFd(openat(parent, path.substr(begin).c_str(), last_flags));
}

}  // namespace tensorfs
