// SPDX-License-Identifier: MIT
// One function for each subcommand. Results go to `out`, notes to `err`; the caller reports errors.
#ifndef TENSORFS_TOOLS_COMMANDS_H_
#define TENSORFS_TOOLS_COMMANDS_H_

#include <ostream>

#include "codec/result.h"
#include "tools/cache_command.h"
#include "tools/command.h"
#include "tools/policy_command.h"
#include "tools/profile/profile_command.h"

namespace tensorfs {

// Returns when the mount answers; in the foreground, when it has ended.
Result<void> Run(const MountCommand& command, std::ostream& out, std::ostream& err);

// Returns when the daemon has gone; at once if lazy.
Result<void> Run(const UmountCommand& command, std::ostream& out, std::ostream& err);

Result<void> Run(const VersionCommand& command, std::ostream& out, std::ostream& err);
Result<void> Run(const HelpCommand& command, std::ostream& out, std::ostream& err);
Result<void> Run(const FakeMountCommand& command, std::ostream& out, std::ostream& err);

}  // namespace tensorfs

#endif  // TENSORFS_TOOLS_COMMANDS_H_
