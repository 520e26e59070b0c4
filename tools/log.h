// SPDX-License-Identifier: MIT
// Where the process's log lines go. Call before starting threads; logging itself is thread-safe.
#ifndef TENSORFS_TOOLS_LOG_H_
#define TENSORFS_TOOLS_LOG_H_

#include <cstdint>
#include <string>

#include "codec/result.h"

namespace tensorfs {

enum class LogLevel : uint8_t { kDebug, kInfo, kWarning, kError };

// Each call replaces the one before.
void LogToStderr(LogLevel level);
// Appends to the file. Errors: kPermission, kIo, naming the file.
Result<void> LogToFile(const std::string& path, LogLevel level);
// The same, but keeps the file and one older one (path.1) within some MiB.
Result<void> LogToBoundedFile(const std::string& path, LogLevel level);

}  // namespace tensorfs

#endif  // TENSORFS_TOOLS_LOG_H_
