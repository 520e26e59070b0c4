// SPDX-License-Identifier: MIT
// What the user asked for, as plain values: the result of parsing a command line.
#ifndef TENSORFS_TOOLS_COMMAND_H_
#define TENSORFS_TOOLS_COMMAND_H_

#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "codec/form.h"
#include "fs/fuse_server.h"
#include "fs/sample_fs.h"
#include "tools/cache_command.h"
#include "tools/log.h"
#include "tools/option_values.h"
#include "tools/policy_command.h"
#include "tools/profile/profile_command.h"

namespace tensorfs {

// Everything about the process that serves the mount.
struct DaemonOptions {
  bool foreground = false;
  std::string store;  // empty: the default
  std::string log_file;
  LogLevel log_level = LogLevel::kInfo;
  std::optional<SocketAddress> metrics;
};

// What `tensorfs profile` has measured, for the policy to start from.
struct ProfileOptions {
  std::string file;   // empty: none
  std::string costs;  // what it says of the forms' costs, once the pipeline is known
};

// What is derived from the source, in which form, and how much of it is kept.
struct KeepOptions {
  std::string policy;                   // the text of --policy; empty: adaptive
  PolicyChoice choice;                  // what it means, once the pipeline is known
  std::optional<double> migrate_share;  // 0 to 1; nothing: the default of the policy
  uint64_t store_limit_bytes = 0;       // 0: the default
  std::string cache;                    // its directory; empty: no cache
  uint64_t cache_limit_bytes = 0;       // 0: the default
  ProfileOptions profile;
};

struct MountCommand {
  std::string source;
  std::string mountpoint;
  std::string pipeline_file;  // if not empty, the view's pipeline is still to be read from it
  ViewOptions view;
  ServeOptions serve;
  KernelOptions kernel;
  bool immutable = false;
  KeepOptions keep;
  DaemonOptions daemon;
};

struct UmountCommand {
  std::string mountpoint;
  bool lazy = false;
};

struct VersionCommand {};

struct HelpCommand {
  std::string text;
};

// mount -f: everything is done but the mount.
struct FakeMountCommand {};

using Command = std::variant<MountCommand, UmountCommand, PolicyCommand, CacheCommand,
                             ProfileCommand, VersionCommand, HelpCommand, FakeMountCommand>;

}  // namespace tensorfs

#endif  // TENSORFS_TOOLS_COMMAND_H_
