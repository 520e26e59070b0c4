// SPDX-License-Identifier: MIT
// Runs another program to its end.
#ifndef TENSORFS_TOOLS_RUN_PROGRAM_H_
#define TENSORFS_TOOLS_RUN_PROGRAM_H_

#include <string>
#include <vector>

#include "codec/result.h"

namespace tensorfs {

// `program_and_arguments[0]` is looked up in PATH. Errors: kNotFound if there is no such program;
// kIo with what it wrote to its standard error if it fails.
Result<void> RunProgram(const std::vector<std::string>& program_and_arguments);

}  // namespace tensorfs

#endif  // TENSORFS_TOOLS_RUN_PROGRAM_H_
