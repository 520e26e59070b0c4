// SPDX-License-Identifier: MIT
// Everything that can be wrong with a mount and be known before anything is started.
#ifndef TENSORFS_TOOLS_PREPARE_MOUNT_H_
#define TENSORFS_TOOLS_PREPARE_MOUNT_H_

#include <ostream>

#include "codec/result.h"
#include "tools/command.h"

namespace tensorfs {

// Loads pipeline and profile, makes every path absolute and free of symbolic links, fills in the
// default store, and refuses what cannot work or would write into the source. Takes away a dead
// tensorfs mount that is in the way, and says so in `notes`. Errors name the path and the cause.
Result<MountCommand> PrepareMount(MountCommand command, std::ostream& notes);

}  // namespace tensorfs

#endif  // TENSORFS_TOOLS_PREPARE_MOUNT_H_
