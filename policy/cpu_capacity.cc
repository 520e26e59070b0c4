// SPDX-License-Identifier: MIT
#include "policy/cpu_capacity.h"

#include <sched.h>
#include <unistd.h>

#include <algorithm>
#include <ctime>
#include <memory>
#include <set>
#include <sstream>

#include "policy/small_file.h"

namespace tensorfs {
namespace {

constexpr int kMostCores = 1 << 16;
constexpr double kFairShare = 0.5;

double SecondsOf(clockid_t clock) {
  timespec time = {};
  clock_gettime(clock, &time);
  return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_nsec) * 1e-9;
}

// The calling thread's, which is the process's unless someone set it apart. The kernel refuses a
// set that is too small for the machine.
std::set<int> Affinity() {
  for (int cores = CPU_SETSIZE; cores <= kMostCores; cores *= 2) {
    const std::unique_ptr<cpu_set_t, void (*)(cpu_set_t*)> set(
        CPU_ALLOC(static_cast<size_t>(cores)), [](cpu_set_t* allocated) { CPU_FREE(allocated); });
    const size_t bytes = CPU_ALLOC_SIZE(static_cast<size_t>(cores));
    if (sched_getaffinity(0, bytes, set.get()) != 0) continue;
    std::set<int> usable;
    for (int core = 0; core < cores; ++core) {
      if (CPU_ISSET_S(static_cast<size_t>(core), bytes, set.get())) usable.insert(core);
    }
    return usable;
  }
  return {0};
}

// Lines of /proc/stat: "cpu3 user nice system idle iowait irq softirq steal …", in ticks.
std::optional<double> IdleSeconds(const std::set<int>& cores, const std::string& root) {
  std::istringstream lines(ReadSmallFile(root + "/proc/stat").value_or(""));
  const double ticks_per_s = static_cast<double>(sysconf(_SC_CLK_TCK));
  std::optional<double> idle_s;
  for (std::string line; std::getline(lines, line);) {
    std::istringstream fields(line);
    std::string name;
    double user = 0, nice = 0, system = 0, idle = 0, iowait = 0;
    if (!(fields >> name >> user >> nice >> system >> idle >> iowait)) continue;
    if (!name.starts_with("cpu") || name.size() < 4 || name.size() > 8) continue;
    if (name.find_first_not_of("0123456789", 3) != std::string::npos) continue;
    if (!cores.contains(std::stoi(name.substr(3)))) continue;
    idle_s = idle_s.value_or(0) + (idle + iowait) / ticks_per_s;
  }
  return idle_s;
}

// What the group's processes left of its quota.
std::optional<double> LeftOf(const CpuQuota& quota, const CpuSnapshot& before, double seconds) {
  const auto same = std::ranges::find(before.quotas, quota.directory, &CpuQuota::directory);
  if (same == before.quotas.end() || !same->used_s || !quota.used_s) return std::nullopt;
  const double used = std::max(0.0, *quota.used_s - *same->used_s) / seconds;
  return std::max(0.0, quota.cores - used);
}

}  // namespace

CpuSnapshot TakeCpuSnapshot(const std::string& root) {
  const std::set<int> cores = Affinity();
  return {.time_s = SecondsOf(CLOCK_MONOTONIC),
          .own_s = SecondsOf(CLOCK_PROCESS_CPUTIME_ID),
          .cores = std::max<int>(1, static_cast<int>(cores.size())),
          .idle_s = IdleSeconds(cores, root),
          .quotas = CpuQuotas(root)};
}

CpuObservation CpuBetween(const CpuSnapshot& before, const CpuSnapshot& after) {
  const double seconds = std::max(1e-6, after.time_s - before.time_s);
  const double machine = after.cores;
  CpuObservation cpu;
  cpu.limit = machine;
  for (const CpuQuota& quota : after.quotas) cpu.limit = std::min(cpu.limit, quota.cores);
  cpu.own = std::clamp((after.own_s - before.own_s) / seconds, 0.0, machine);
  cpu.idle = machine - cpu.own;
  if (before.idle_s && after.idle_s) {
    // Ticks are coarse, and a change of affinity makes no sense of the difference.
    cpu.idle = std::clamp((*after.idle_s - *before.idle_s) / seconds, 0.0, cpu.idle);
  }
  cpu.other = machine - cpu.own - cpu.idle;
  cpu.spare = std::min(cpu.idle, std::max(0.0, cpu.limit - cpu.own));
  for (const CpuQuota& quota : after.quotas) {
    if (const auto left = LeftOf(quota, before, seconds)) cpu.spare = std::min(cpu.spare, *left);
  }
  cpu.to_be_had = std::clamp(cpu.own + cpu.spare, kFairShare * cpu.limit, cpu.limit);
  return cpu;
}

}  // namespace tensorfs
