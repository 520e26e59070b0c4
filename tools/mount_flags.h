// SPDX-License-Identifier: MIT
// The options of `tensorfs mount`: names, help and where each value goes.
#ifndef TENSORFS_TOOLS_MOUNT_FLAGS_H_
#define TENSORFS_TOOLS_MOUNT_FLAGS_H_

#include <string>
#include <vector>

#include "tools/command.h"
#include "tools/short_pipeline.h"

namespace CLI {
class App;
}

namespace tensorfs {

// What the options fill, beside the command itself.
struct MountFlags {
  MountCommand command;
  ShortPipeline pipeline;
  std::vector<std::string> o_texts;  // of each -o
};

// Declares every option; parsing then fills `flags`, which must outlive `app`.
void AddMountFlags(CLI::App* app, MountFlags* flags);

}  // namespace tensorfs

#endif  // TENSORFS_TOOLS_MOUNT_FLAGS_H_
