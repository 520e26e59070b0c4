// SPDX-License-Identifier: MIT
#include "fs/read_fully.h"

#include <unistd.h>

#include <algorithm>
#include <cerrno>

#include "fs/errno.h"

namespace tensorfs {
namespace {

// What a slow disk reads in a fraction of a second, so that its meter keeps up.
constexpr size_t kMeteredBytes = size_t{1} << 20;

}  // namespace

Result<size_t> ReadUpTo(int fd, uint64_t offset, std::span<uint8_t> out, ReadMeter* meter) {
  ReadMeter::Reading reading(meter);
  size_t done = 0;
  while (done < out.size()) {
    const size_t wanted = std::min(out.size() - done, kMeteredBytes);
    const ssize_t bytes = pread(fd, out.data() + done, wanted, static_cast<off_t>(offset + done));
    if (bytes < 0 && errno == EINTR) continue;
    if (bytes < 0) return FailWithErrno("read", errno);
    if (bytes == 0) break;
    done += static_cast<size_t>(bytes);
    reading.Count(static_cast<uint64_t>(bytes));
    if (done < out.size()) reading.Tell();
  }
  return done;
}

Result<void> ReadFully(int fd, uint64_t offset, std::span<uint8_t> out, ReadMeter* meter) {
  const Result<size_t> bytes = ReadUpTo(fd, offset, out, meter);
  if (!bytes) return tl::unexpected(bytes.error());
  if (*bytes < out.size())
    return Fail(ErrorCode::kBusy, "the file became shorter while it was read");
  return {};
}

}  // namespace tensorfs
