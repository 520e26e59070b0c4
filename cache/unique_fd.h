// SPDX-License-Identifier: MIT
// Owns one file descriptor and closes it. Movable; as thread-safe as an int.
#ifndef TENSORFS_CACHE_UNIQUE_FD_H_
#define TENSORFS_CACHE_UNIQUE_FD_H_

#include <unistd.h>

#include <utility>

namespace tensorfs {

class UniqueFd {
 public:
  UniqueFd() = default;
  explicit UniqueFd(int fd) : fd_(fd) {}
  UniqueFd(UniqueFd&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  UniqueFd& operator=(UniqueFd&& other) noexcept {
    std::swap(fd_, other.fd_);
    return *this;
  }
  ~UniqueFd() { Reset(); }

  bool valid() const { return fd_ >= 0; }
  int get() const { return fd_; }

  void Reset() {
    if (fd_ >= 0) close(fd_);
    fd_ = -1;
  }

 private:
  int fd_ = -1;
};

}  // namespace tensorfs

#endif  // TENSORFS_CACHE_UNIQUE_FD_H_
