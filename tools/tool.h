// SPDX-License-Identifier: MIT
// The whole tool as a function of its arguments, so that tests call it in their own process.
#ifndef TENSORFS_TOOLS_TOOL_H_
#define TENSORFS_TOOLS_TOOL_H_

#include <ostream>

#include "tools/command_line.h"

namespace tensorfs {

// The exit status: 0 done, 1 the work failed, 2 the command line is wrong; `err` tells the cause.
int RunTool(const Arguments& arguments, std::ostream& out, std::ostream& err);

// The same as mount.fuse.tensorfs, which mount(8) runs.
int RunMountHelper(const Arguments& arguments, std::ostream& out, std::ostream& err);

}  // namespace tensorfs

#endif  // TENSORFS_TOOLS_TOOL_H_
