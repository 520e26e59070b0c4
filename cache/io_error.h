// SPDX-License-Identifier: MIT
// The operating system's errors on files as the project's. Pure function.
#ifndef TENSORFS_CACHE_IO_ERROR_H_
#define TENSORFS_CACHE_IO_ERROR_H_

#include <string_view>

#include "codec/result.h"

namespace tensorfs {

// kPermission, kNotFound or kIo, with the path and the system's words for `error`, an errno.
tl::unexpected<Error> FailErrno(std::string_view path, int error);

}  // namespace tensorfs

#endif  // TENSORFS_CACHE_IO_ERROR_H_
