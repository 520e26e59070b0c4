// SPDX-License-Identifier: MIT
// The command line of `tensorfs cache`.
#ifndef TENSORFS_TOOLS_CACHE_FLAGS_H_
#define TENSORFS_TOOLS_CACHE_FLAGS_H_

#include "codec/result.h"
#include "tools/cache_command.h"

namespace CLI {
class App;
}

namespace tensorfs {

// What a parser fills; it keeps pointers into this.
struct CacheFlags {
  CacheStatsCommand stats;
  CacheListCommand list;
  CacheGetCommand get;
  CacheVerifyCommand verify;
  CacheWarmCommand warm;
  CacheEvictCommand evict;
  CLI::App* app = nullptr;  // of `tensorfs cache`, once added
};

void AddCacheCommands(CLI::App* tool, CacheFlags* flags);

// REQUIRES: flags.app was parsed. Errors: kInvalidArgument for options that do not go together.
Result<CacheCommand> ChosenCacheCommand(const CacheFlags& flags);

}  // namespace tensorfs

#endif  // TENSORFS_TOOLS_CACHE_FLAGS_H_
