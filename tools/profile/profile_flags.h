// SPDX-License-Identifier: MIT
// The options of `tensorfs profile`: names, help and where each value goes.
#ifndef TENSORFS_TOOLS_PROFILE_PROFILE_FLAGS_H_
#define TENSORFS_TOOLS_PROFILE_PROFILE_FLAGS_H_

#include "codec/result.h"
#include "tools/profile/profile_command.h"
#include "tools/short_pipeline.h"

namespace CLI {
class App;
}

namespace tensorfs {

// What a parser fills; it keeps pointers into this.
struct ProfileFlags {
  ProfileCommand command;
  ShortPipeline pipeline;
  CLI::App* app = nullptr;  // of `tensorfs profile`, once added
};

void AddProfileCommand(CLI::App* tool, ProfileFlags* flags);

// REQUIRES: flags.app was parsed. Errors: kInvalidArgument for options that contradict each other,
// also as the files that they name stand to each other.
Result<ProfileCommand> FinishProfile(const ProfileFlags& flags);

}  // namespace tensorfs

#endif  // TENSORFS_TOOLS_PROFILE_PROFILE_FLAGS_H_
