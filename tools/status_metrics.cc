// SPDX-License-Identifier: MIT
#include <charconv>
#include <system_error>

#include "tools/status.h"
#include "tools/version.h"

namespace tensorfs {
namespace {

struct Metric {
  const char* name;
  const char* type;
  const char* help;
  double value;
};

std::string EscapeLabel(const std::string& value) {
  std::string escaped;
  for (const char c : ReplaceInvalidUtf8(value)) {
    if (c == '\\' || c == '"') escaped += '\\';
    if (c == '\n') {
      escaped += "\\n";
    } else {
      escaped += c;
    }
  }
  return escaped;
}

// The shortest text that gives the same number again.
std::string FormatNumber(double value) {
  char text[32];
  const auto [end, failure] = std::to_chars(text, text + sizeof(text), value);
  return failure == std::errc() ? std::string(text, end) : "NaN";
}

void Append(std::string& text, const Metric& metric, const std::string& labels) {
  const std::string name(metric.name);
  text += "# HELP " + name + " " + metric.help + "\n";
  text += "# TYPE " + name + " " + metric.type + "\n";
  text += name + labels + " " + FormatNumber(metric.value) + "\n";
}

}  // namespace

std::string ToPrometheus(const MountStatus& status, const ProcessUse& process) {
  const ReadStatsSnapshot& reads = status.reads;
  const auto count = [](uint64_t value) { return static_cast<double>(value); };
  const Metric metrics[] = {
      {"tensorfs_samples_total", "counter", "Tensors made.", count(reads.samples)},
      {"tensorfs_sample_errors_total", "counter", "Attempts to make a sample that failed.",
       count(reads.sample_errors)},
      {"tensorfs_sample_cpu_seconds_total", "counter", "CPU time spent on making tensors.",
       count(reads.cpu_ns) * 1e-9},
      {"tensorfs_reads_total", "counter", "Read requests of the kernel answered.",
       count(reads.reads)},
      {"tensorfs_served_bytes_total", "counter", "Bytes of the answers to read requests.",
       count(reads.bytes_served)},
      {"tensorfs_source_bytes_total", "counter", "Bytes read from the source.",
       count(reads.source_bytes)},
      {"tensorfs_uptime_seconds", "gauge", "Time since the mount started.", reads.uptime_s},
      {"tensorfs_memory_used_bytes", "gauge", "Memory leased to tensors in flight.",
       count(status.memory.used_bytes)},
      {"tensorfs_memory_peak_bytes", "gauge", "The most that was leased at once.",
       count(status.memory.peak_bytes)},
      {"tensorfs_memory_limit_bytes", "gauge", "Limit of the memory for tensors in flight.",
       count(status.memory.limit_bytes)},
      {"process_cpu_seconds_total", "counter", "CPU time of the whole process.", process.cpu_s},
      {"process_resident_memory_bytes", "gauge", "Resident memory of the process.",
       count(process.resident_bytes)},
  };
  std::string text;
  for (const Metric& metric : metrics) Append(text, metric, "");
  Append(text, {"tensorfs_mount_info", "gauge", "What is mounted; always 1.", 1},
         "{version=\"" + std::string(kVersion) + "\",source=\"" + EscapeLabel(status.mount.source) +
             "\",mountpoint=\"" + EscapeLabel(status.mount.mountpoint) + "\",pipeline=\"" +
             EscapeLabel(status.mount.pipeline) + "\"}");
  return text;
}

}  // namespace tensorfs
