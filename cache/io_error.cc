// SPDX-License-Identifier: MIT
#include "cache/io_error.h"

#include <cerrno>
#include <string>
#include <system_error>

namespace tensorfs {

tl::unexpected<Error> FailErrno(std::string_view path, int error) {
  const ErrorCode code = error == EACCES || error == EPERM || error == EROFS
                             ? ErrorCode::kPermission
                         : error == ENOENT ? ErrorCode::kNotFound
                                           : ErrorCode::kIo;
  return Fail(code, std::string(path) + ": " + std::generic_category().message(error));
}

}  // namespace tensorfs
