// SPDX-License-Identifier: MIT
#include "cache/segment_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <charconv>
#include <cstdio>

#include "cache/io_error.h"

namespace tensorfs {
namespace {

constexpr std::string_view kSuffix = ".segment";

std::string PathOf(const std::string& directory, uint32_t number) {
  char name[24];
  std::snprintf(name, sizeof(name), "%08u%s", number, kSuffix.data());
  return directory + "/" + name;
}

using Parts = std::array<iovec, 2>;

// Moves all of the parts by `transfer`, a preadv or pwritev, which may do a part of it each time.
// Returns the bytes moved; fewer than asked for only at the file's end.
template <typename Transfer>
Result<size_t> MoveFully(const std::string& path, Parts parts, uint64_t offset,
                         const Transfer& transfer) {
  size_t done = 0;
  while (parts[0].iov_len + parts[1].iov_len > 0) {
    const ssize_t moved = transfer(parts.data(), static_cast<off_t>(offset + done));
    if (moved < 0 && errno == EINTR) continue;
    if (moved < 0) return FailErrno(path, errno);
    if (moved == 0) break;
    done += static_cast<size_t>(moved);
    size_t rest = static_cast<size_t>(moved);
    for (iovec& part : parts) {
      const size_t passed = std::min(rest, part.iov_len);
      part.iov_base = static_cast<uint8_t*>(part.iov_base) + passed;
      part.iov_len -= passed;
      rest -= passed;
    }
  }
  return done;
}

// pwritev takes pointers to what it only reads.
iovec ToWrite(std::span<const uint8_t> bytes) {
  return {const_cast<uint8_t*>(bytes.data()), bytes.size()};
}

// Records are read in any order, each by one call. The kernel takes records that lie beside one
// that is in the page cache for a sequential reader's, and would read ahead, up to megabytes for
// nothing.
UniqueFd ForRandomReads(UniqueFd fd) {
  posix_fadvise(fd.get(), 0, 0, POSIX_FADV_RANDOM);  // advice: a failure costs speed at most
  return fd;
}

}  // namespace

Result<std::shared_ptr<SegmentFile>> SegmentFile::Create(const std::string& directory,
                                                         uint32_t number, SpaceBudget& budget) {
  std::string path = PathOf(directory, number);
  UniqueFd fd(open(path.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600));
  if (!fd.valid()) return FailErrno(path, errno);
  const SegmentHeader header = MakeSegmentHeader(number);
  const ssize_t written = pwrite(fd.get(), header.data(), header.size(), 0);
  if (written != static_cast<ssize_t>(header.size())) {
    const int error = written < 0 ? errno : ENOSPC;
    unlink(path.c_str());
    return FailErrno(path, error);
  }
  std::shared_ptr<SegmentFile> file(
      new SegmentFile(std::move(path), number, ForRandomReads(std::move(fd)), budget));
  file->Charge(FirstOffset() + kOverheadBytes);
  return file;
}

Result<std::shared_ptr<SegmentFile>> SegmentFile::Open(const std::string& directory,
                                                       uint32_t number, SpaceBudget& budget) {
  std::string path = PathOf(directory, number);
  UniqueFd fd(open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW));
  if (!fd.valid()) return FailErrno(path, errno);
  std::shared_ptr<SegmentFile> file(
      new SegmentFile(std::move(path), number, ForRandomReads(std::move(fd)), budget));
  const Result<uint64_t> size = file->SizeBytes();
  if (!size) return tl::unexpected(size.error());
  budget.Take(*size + kOverheadBytes);
  file->Charge(*size + kOverheadBytes);
  return file;
}

std::optional<uint32_t> SegmentFile::NumberOf(std::string_view file_name) {
  if (!file_name.ends_with(kSuffix)) return std::nullopt;
  const std::string_view digits = file_name.substr(0, file_name.size() - kSuffix.size());
  uint32_t number = 0;
  const char* const end = digits.data() + digits.size();
  const auto parsed = std::from_chars(digits.data(), end, number);
  if (digits.size() < 8 || parsed.ec != std::errc() || parsed.ptr != end) return std::nullopt;
  return number;
}

Result<void> SegmentFile::Write(uint64_t offset, const RecordHeader& header,
                                std::span<const uint8_t> payload) const {
  const Result<size_t> written =
      MoveFully(path_, {ToWrite(header), ToWrite(payload)}, offset,
                [&](const iovec* parts, off_t at) { return pwritev(fd_.get(), parts, 2, at); });
  if (!written) return tl::unexpected(written.error());
  if (*written < header.size() + payload.size()) return FailErrno(path_, ENOSPC);
  return {};
}

Result<void> SegmentFile::Read(uint64_t offset, RecordHeader& header,
                               std::span<uint8_t> payload) const {
  const Parts parts = {iovec{header.data(), header.size()}, {payload.data(), payload.size()}};
  const Result<size_t> read = MoveFully(path_, parts, offset, [&](const iovec* rest, off_t at) {
    return preadv(fd_.get(), rest, 2, at);
  });
  if (!read) return tl::unexpected(read.error());
  if (*read < header.size() + payload.size()) {
    return Fail(ErrorCode::kCorrupt, path_ + ": the file ends within a record");
  }
  return {};
}

Result<uint64_t> SegmentFile::SizeBytes() const {
  struct stat attr;
  if (fstat(fd_.get(), &attr) != 0) return FailErrno(path_, errno);
  return static_cast<uint64_t>(attr.st_size);
}

Result<void> SegmentFile::Sync() const {
  if (fdatasync(fd_.get()) != 0) return FailErrno(path_, errno);
  return {};
}

void SegmentFile::Unlink() const { unlink(path_.c_str()); }

}  // namespace tensorfs
