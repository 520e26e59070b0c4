// SPDX-License-Identifier: MIT
// From arguments to a Command. Touches no file. The option table is in mount_flags.cc.
#ifndef TENSORFS_TOOLS_COMMAND_LINE_H_
#define TENSORFS_TOOLS_COMMAND_LINE_H_

#include <string>
#include <vector>

#include "codec/result.h"
#include "tools/command.h"

namespace tensorfs {

using Arguments = std::vector<std::string>;  // without the program's name

// A line that starts with an absolute path is a mount helper's.
// Errors: kInvalidArgument, naming the option and the cause.
Result<Command> ParseCommandLine(const Arguments& arguments);

// As mount(8) calls its helpers: SOURCE MOUNTPOINT [-sfnv] [-o OPT,…].
Result<Command> ParseMountHelperLine(const Arguments& arguments);

// What shows the help of the command that the arguments begin with: "tensorfs mount --help".
std::string HelpCommandFor(const Arguments& arguments);

}  // namespace tensorfs

#endif  // TENSORFS_TOOLS_COMMAND_LINE_H_
