// SPDX-License-Identifier: MIT
// What the calling thread has cost: CPU time by its own clock, the kernel's work for it included.
#ifndef TENSORFS_POLICY_THREAD_CPU_H_
#define TENSORFS_POLICY_THREAD_CPU_H_

#include <cstdint>
#include <ctime>

namespace tensorfs {

inline uint64_t ThreadCpuNs() {
  timespec time;
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
  return static_cast<uint64_t>(time.tv_sec) * 1'000'000'000 + static_cast<uint64_t>(time.tv_nsec);
}

}  // namespace tensorfs

#endif  // TENSORFS_POLICY_THREAD_CPU_H_
