// SPDX-License-Identifier: MIT
// What a mount tells about itself, and the texts of it. Values and pure functions.
#ifndef TENSORFS_TOOLS_STATUS_H_
#define TENSORFS_TOOLS_STATUS_H_

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "cache/cache_stats.h"
#include "cache/store_stats.h"
#include "codec/result.h"
#include "fs/fuse_server.h"
#include "fs/sample_fs.h"
#include "policy/migrator.h"
#include "policy/policy_report.h"
#include "policy/read_stats.h"

namespace tensorfs {

// What does not change while the mount lives.
struct MountInfo {
  std::string source;
  std::string mountpoint;
  std::string store;
  std::string pipeline;  // Pipeline::ToString
  std::string present;   // "npy", …
  std::string policy;    // "keep", "fixed:final:raw", …
  std::string cache;     // its directory; empty: there is none
};

// Samples that are kept in one form.
struct FormCount {
  std::string form;
  uint64_t samples = 0;
  uint64_t bytes = 0;
};

struct MountStatus {
  MountInfo mount;
  ReadStatsSnapshot reads;
  MemoryUse memory;
  KernelFeatures kernel;
  StoreStats store;
  std::optional<CacheStats> cache;
  MigratorStats migrator;
  std::vector<FormCount> forms;
  std::optional<PolicyReport> policy;  // nothing until there is one
};

// The whole process's use of the machine.
struct ProcessUse {
  int pid = 0;
  double cpu_s = 0;
  uint64_t resident_bytes = 0;
};
ProcessUse MeasureProcess();

// Bytes that are not UTF-8 as U+FFFD.
std::string ReplaceInvalidUtf8(const std::string& text);

// One JSON object, the answer of /v1/status. It is valid UTF-8, also where paths are not.
std::string ToJson(const MountStatus& status, const ProcessUse& process);

// The Prometheus text format, version 0.0.4.
std::string ToPrometheus(const MountStatus& status, const ProcessUse& process);

// A table for people, at most 100 columns wide, of a text that ToJson made.
// Errors: kCorrupt if it is not such a text.
Result<std::string> ToTable(std::string_view json);

}  // namespace tensorfs

#endif  // TENSORFS_TOOLS_STATUS_H_
