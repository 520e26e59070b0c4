// SPDX-License-Identifier: MIT
// Reads whole files with several threads at once, as a loader's workers do (open, fstat, read,
// close), and takes the time. Stateless; thread-safe.
#ifndef TENSORFS_TOOLS_PROFILE_TIMED_READING_H_
#define TENSORFS_TOOLS_PROFILE_TIMED_READING_H_

#include <cstdint>
#include <functional>
#include <span>
#include <string>

#include "codec/result.h"

namespace tensorfs {

struct ReadingOrder {
  int threads = 1;
  uint64_t seed = 0;           // of the order in which the files are read
  double at_most_s = 5;        // after that no further file is begun, of all those that are left
  double at_least_s = 0;       // the files are read over and over until then
  std::function<bool()> stop;  // asked for each file; may be empty
};

struct Reading {
  uint64_t files = 0;
  uint64_t bytes = 0;
  double wall_s = 0;
  double cpu_s = 0;  // of the threads that read

  Reading& operator+=(const Reading& other);
};

// Errors: kIo, naming the first file that could not be read.
Result<Reading> ReadFiles(std::span<const std::string> paths, const ReadingOrder& order);

}  // namespace tensorfs

#endif  // TENSORFS_TOOLS_PROFILE_TIMED_READING_H_
