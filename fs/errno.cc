// SPDX-License-Identifier: MIT
#include "fs/errno.h"

#include <cerrno>
#include <string>
#include <system_error>

namespace tensorfs {
namespace {

ErrorCode CodeOf(int errno_value) {
  switch (errno_value) {
    case ENOENT:
    case ENOTDIR:
    case ELOOP:
    case ENAMETOOLONG:
    case ESTALE:
      return ErrorCode::kNotFound;
    case EACCES:
    case EPERM:
    case EXDEV:
      return ErrorCode::kPermission;
    case EBUSY:
      return ErrorCode::kBusy;
    default:
      return ErrorCode::kIo;
  }
}

}  // namespace

int ToErrno(const Error& error) {
  switch (error.code) {
    case ErrorCode::kInvalidArgument:
      return EINVAL;
    case ErrorCode::kNotFound:
      return ENOENT;
    case ErrorCode::kPermission:
      return EACCES;
    case ErrorCode::kBusy:
      return EBUSY;
    case ErrorCode::kStale:
      return ESTALE;
    case ErrorCode::kTruncated:
    case ErrorCode::kCorrupt:
    case ErrorCode::kUnsupported:
    case ErrorCode::kTooLarge:
    case ErrorCode::kIo:
      return EIO;
  }
  return EIO;
}

tl::unexpected<Error> FailWithErrno(std::string_view what, int errno_value) {
  return Fail(what, Error{CodeOf(errno_value), std::generic_category().message(errno_value)});
}

}  // namespace tensorfs
