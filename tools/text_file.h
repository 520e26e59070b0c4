// SPDX-License-Identifier: MIT
// Small files of text that are read and written whole. Stateless.
#ifndef TENSORFS_TOOLS_TEXT_FILE_H_
#define TENSORFS_TOOLS_TEXT_FILE_H_

#include <string>

#include "codec/result.h"

namespace tensorfs {

// Errors, naming the file: kNotFound, kIo.
Result<std::string> ReadTextFile(const std::string& path);

// The file has the old text or the new one at any time, also after a crash or on a full disk. One
// writer at a time. Errors: kIo, naming the file.
Result<void> ReplaceTextFile(const std::string& path, const std::string& text);

// In the plainest way, with the rights that the umask leaves, also where the path is no file but
// takes bytes. Errors: kIo, naming the file.
Result<void> WriteTextFile(const std::string& path, const std::string& text);

}  // namespace tensorfs

#endif  // TENSORFS_TOOLS_TEXT_FILE_H_
