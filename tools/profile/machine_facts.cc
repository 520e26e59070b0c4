// SPDX-License-Identifier: MIT
#include "tools/profile/machine_facts.h"

#include <sys/utsname.h>
#include <unistd.h>

#include <chrono>
#include <fstream>
#include <string>

#include "fs/decode_slots.h"
#include "tools/status.h"

namespace tensorfs {
namespace {

std::string CpuModel() {
  std::ifstream file("/proc/cpuinfo");
  for (std::string line; std::getline(file, line);) {
    const size_t colon = line.find(": ");
    if (line.starts_with("model name") && colon != line.npos) return line.substr(colon + 2);
  }
  return "unknown";
}

std::string KernelRelease() {
  utsname name = {};
  return uname(&name) == 0 ? name.release : "unknown";
}

uint64_t MemoryBytes() {
  return static_cast<uint64_t>(sysconf(_SC_PHYS_PAGES)) *
         static_cast<uint64_t>(sysconf(_SC_PAGESIZE));
}

}  // namespace

ProfiledMachine DescribeThisMachine() {
  const std::chrono::duration<double> now = std::chrono::system_clock::now().time_since_epoch();
  return {.cores = UsableCores(),
          .cpu = ReplaceInvalidUtf8(CpuModel()),
          .kernel = KernelRelease(),
          .memory_bytes = MemoryBytes(),
          .disk_bytes_per_s = 0,
          .unix_time_s = now.count()};
}

}  // namespace tensorfs
