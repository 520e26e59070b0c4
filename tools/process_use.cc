// SPDX-License-Identifier: MIT
#include <sys/resource.h>
#include <unistd.h>

#include <fstream>

#include "tools/status.h"

namespace tensorfs {
namespace {

double Seconds(const timeval& time) {
  return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) * 1e-6;
}

uint64_t ResidentBytes() {
  std::ifstream pages("/proc/self/statm");
  uint64_t total = 0;
  uint64_t resident = 0;
  pages >> total >> resident;
  return resident * static_cast<uint64_t>(sysconf(_SC_PAGESIZE));
}

}  // namespace

ProcessUse MeasureProcess() {
  rusage usage = {};
  getrusage(RUSAGE_SELF, &usage);
  return {getpid(), Seconds(usage.ru_utime) + Seconds(usage.ru_stime), ResidentBytes()};
}

}  // namespace tensorfs
