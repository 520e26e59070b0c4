// SPDX-License-Identifier: MIT
#include "cache/rocks_status.h"

#include <string>

namespace tensorfs {
namespace {

ErrorCode CodeOf(const rocksdb::Status& status) {
  // A file that is missing is damage too; what the system refuses for now is not.
  if (status.IsNotFound() || status.IsPathNotFound()) return ErrorCode::kNotFound;
  if (status.IsCorruption() || status.IsInvalidArgument() || status.IsNotSupported()) {
    return ErrorCode::kCorrupt;
  }
  if (status.IsBusy()) return ErrorCode::kBusy;
  return ErrorCode::kIo;
}

}  // namespace

Result<void> FromStatus(const rocksdb::Status& status, std::string_view context) {
  if (status.ok()) return {};
  return Fail(CodeOf(status), std::string(context) + ": " + status.ToString());
}

}  // namespace tensorfs
