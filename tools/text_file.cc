// SPDX-License-Identifier: MIT
#include "tools/text_file.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <string_view>

#include "cache/unique_fd.h"

namespace tensorfs {
namespace {

tl::unexpected<Error> FailErrno(const std::string& path) {
  return Fail(errno == ENOENT ? ErrorCode::kNotFound : ErrorCode::kIo,
              path + ": " + std::strerror(errno));
}

bool WriteAll(int fd, std::string_view text) {
  while (!text.empty()) {
    const ssize_t written = write(fd, text.data(), text.size());
    if (written < 0 && errno != EINTR) return false;
    text.remove_prefix(written < 0 ? 0 : static_cast<size_t>(written));
  }
  return true;
}

}  // namespace

Result<std::string> ReadTextFile(const std::string& path) {
  const UniqueFd file(open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!file.valid()) return FailErrno(path);
  std::string text;
  char part[4096];
  while (true) {
    const ssize_t length = read(file.get(), part, sizeof(part));
    if (length < 0 && errno == EINTR) continue;
    if (length < 0) return FailErrno(path);
    if (length == 0) return text;
    text.append(part, static_cast<size_t>(length));
  }
}

Result<void> ReplaceTextFile(const std::string& path, const std::string& text) {
  const std::string draft = path + ".new";
  const UniqueFd file(open(draft.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600));
  if (!file.valid()) return FailErrno(draft);
  if (!WriteAll(file.get(), text) || fsync(file.get()) != 0) return FailErrno(draft);
  if (rename(draft.c_str(), path.c_str()) != 0) return FailErrno(path);
  const std::string directory = std::filesystem::path(path).parent_path().string();
  const UniqueFd parent(open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!parent.valid() || fsync(parent.get()) != 0) return FailErrno(directory);
  return {};
}

Result<void> WriteTextFile(const std::string& path, const std::string& text) {
  constexpr mode_t kAllThatUmaskLeaves = 0666;
  const UniqueFd file(
      open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, kAllThatUmaskLeaves));
  if (!file.valid() || !WriteAll(file.get(), text)) return FailErrno(path);
  return {};
}

}  // namespace tensorfs
