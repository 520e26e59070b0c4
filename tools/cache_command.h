// SPDX-License-Identifier: MIT
// What the user asked of `tensorfs cache`, as plain values. A `place` is a mountpoint, or the
// directory of a store or a cache that no mount uses.
#ifndef TENSORFS_TOOLS_CACHE_COMMAND_H_
#define TENSORFS_TOOLS_CACHE_COMMAND_H_

#include <cstdint>
#include <ostream>
#include <string>
#include <variant>
#include <vector>

#include "codec/result.h"

namespace tensorfs {

struct CacheStatsCommand {
  std::string place;
  bool json = false;
};

struct CacheListCommand {
  std::string place;
  uint32_t limit = 20;
  bool json = false;
};

struct CacheGetCommand {
  std::string place;
  std::string path;
  std::string output;  // a file; empty or "-": standard output
};

struct CacheVerifyCommand {
  std::string place;
  bool deep = false;
  bool json = false;
};

struct CacheWarmCommand {
  std::string mountpoint;
  std::vector<std::string> paths;  // "-": from standard input, a line each
  bool json = false;
};

struct CacheEvictCommand {
  std::string place;
  std::vector<std::string> paths;
  bool all = false;
  bool store = false;
  bool json = false;
};

using CacheCommand = std::variant<CacheStatsCommand, CacheListCommand, CacheGetCommand,
                                  CacheVerifyCommand, CacheWarmCommand, CacheEvictCommand>;

Result<void> Run(const CacheStatsCommand& command, std::ostream& out, std::ostream& err);
Result<void> Run(const CacheListCommand& command, std::ostream& out, std::ostream& err);

// Errors: also kInvalidArgument if the tensor would go to a terminal.
Result<void> Run(const CacheGetCommand& command, std::ostream& out, std::ostream& err);

// Returns when all was checked, or when it was interrupted. Errors: also kCorrupt if anything was
// bad.
Result<void> Run(const CacheVerifyCommand& command, std::ostream& out, std::ostream& err);

// Returns when all is loaded, or when it was interrupted.
Result<void> Run(const CacheWarmCommand& command, std::ostream& out, std::ostream& err);
Result<void> Run(const CacheEvictCommand& command, std::ostream& out, std::ostream& err);

Result<void> Run(const CacheCommand& command, std::ostream& out, std::ostream& err);

}  // namespace tensorfs

#endif  // TENSORFS_TOOLS_CACHE_COMMAND_H_
