// SPDX-License-Identifier: MIT
// Errors as values. Every fallible function of the project returns a Result; exceptions of
// third-party libraries are caught in the file that calls them.
#ifndef TENSORFS_CODEC_RESULT_H_
#define TENSORFS_CODEC_RESULT_H_

#include <string>
#include <string_view>
#include <utility>

#include "tl/expected.hpp"

namespace tensorfs {

enum class ErrorCode {
  kInvalidArgument,  // what the caller or the user asked for makes no sense
  kNotFound,         // no such file or entry
  kTruncated,        // the bytes end before what they announce
  kCorrupt,          // the bytes contradict their own format
  kUnsupported,      // well-formed, but not something this project decodes
  kTooLarge,         // beyond a limit on pixels or memory
  kPermission,       // the operating system or a setting forbids it
  kBusy,             // someone else holds it
  kStale,            // it changed since it was last looked at; look again
  kIo,               // the operating system failed to read or write
};

// The message names the file or option and the cause, and reads well after "tensorfs: ".
struct Error {
  ErrorCode code;
  std::string message;
};

template <typename T>
using Result = tl::expected<T, Error>;

inline tl::unexpected<Error> Fail(ErrorCode code, std::string message) {
  return tl::unexpected<Error>(Error{code, std::move(message)});
}

// The same error with `context` (for instance the file's name) put in front of its message.
inline tl::unexpected<Error> Fail(std::string_view context, const Error& cause) {
  return Fail(cause.code, std::string(context) + ": " + cause.message);
}

}  // namespace tensorfs

#endif  // TENSORFS_CODEC_RESULT_H_
