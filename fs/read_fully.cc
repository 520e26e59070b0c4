// SPDX-License-Identifier: MIT
#include "fs/read_fully.h"

#include <unistd.h>

#include <cerrno>

#include "fs/errno.h"

namespace tensorfs {

Result<size_t> ReadUpTo(int fd, uint64_t offset, std::span<uint8_t> out) {
  size_t done = 0;
  while (done < out.size()) {
    const ssize_t bytes =
        pread(fd, out.data() + done, out.size() - done, static_cast<off_t>(offset + done));
    if (bytes < 0 && errno == EINTR) continue;
    if (bytes < 0) return FailWithErrno("read", errno);
    if (bytes == 0) break;
    done += static_cast<size_t>(bytes);
  }
  return done;
}

Result<void> ReadFully(int fd, uint64_t offset, std::span<uint8_t> out) {
  const Result<size_t> bytes = ReadUpTo(fd, offset, out);
  if (!bytes) return tl::unexpected(bytes.error());
  if (*bytes < out.size())
    return Fail(ErrorCode::kBusy, "the file became shorter while it was read");
  return {};
}

}  // namespace tensorfs
