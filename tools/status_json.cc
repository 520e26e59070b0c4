// SPDX-License-Identifier: MIT
#include <nlohmann/json.hpp>

#include "tools/status.h"
#include "tools/version.h"

namespace tensorfs {

std::string ReplaceInvalidUtf8(const std::string& text) {
  constexpr int kNoIndent = -1;
  const std::string quoted =
      nlohmann::json(text).dump(kNoIndent, ' ', false, nlohmann::json::error_handler_t::replace);
  return nlohmann::json::parse(quoted).get<std::string>();
}

std::string ToJson(const MountStatus& status, const ProcessUse& process) {
  const ReadStatsSnapshot& reads = status.reads;
  const nlohmann::ordered_json document = {
      {"version", kVersion},
      {"pid", process.pid},
      {"source", status.mount.source},
      {"mountpoint", status.mount.mountpoint},
      {"store", status.mount.store},
      {"pipeline", status.mount.pipeline},
      {"present", status.mount.present},
      {"uptime_s", reads.uptime_s},
      {"samples", reads.samples},
      {"sample_errors", reads.sample_errors},
      {"reads", reads.reads},
      {"bytes_served", reads.bytes_served},
      {"source_bytes", reads.source_bytes},
      {"sample_cpu_s", static_cast<double>(reads.cpu_ns) * 1e-9},
      {"recent",
       {{"samples_per_s", reads.samples_per_s}, {"cpu_us_per_sample", reads.cpu_us_per_sample}}},
      {"process", {{"cpu_s", process.cpu_s}, {"resident_bytes", process.resident_bytes}}},
      {"memory",
       {{"used_bytes", status.memory.used_bytes},
        {"peak_bytes", status.memory.peak_bytes},
        {"limit_bytes", status.memory.limit_bytes}}},
      {"kernel",
       {{"libfuse", status.kernel.libfuse_version},
        {"release", status.kernel.kernel_version},
        {"features", status.kernel.used}}}};
  constexpr int kIndent = 2;
  return document.dump(kIndent, ' ', false, nlohmann::json::error_handler_t::replace) + "\n";
}

}  // namespace tensorfs
