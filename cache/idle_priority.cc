// SPDX-License-Identifier: MIT
#include "cache/idle_priority.h"

#include <sched.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace tensorfs {
namespace {

// <linux/ioprio.h>, which not every system has.
constexpr int kIoPriorityOfThread = 1;
constexpr int kIoPriorityIdle = 3 << 13;

}  // namespace

void TakeIdlePriority() {
  const sched_param none = {};
  sched_setscheduler(0, SCHED_IDLE, &none);
  syscall(SYS_ioprio_set, kIoPriorityOfThread, 0, kIoPriorityIdle);
}

}  // namespace tensorfs
