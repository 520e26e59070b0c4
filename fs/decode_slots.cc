// SPDX-License-Identifier: MIT
#include "fs/decode_slots.h"

#include <sched.h>

#include <algorithm>

namespace tensorfs {

int UsableCores() {
  cpu_set_t cores;
  CPU_ZERO(&cores);
  // Fails where a machine has more cores than the set has room for.
  if (sched_getaffinity(0, sizeof(cores), &cores) != 0) return CPU_SETSIZE;
  return std::max(1, CPU_COUNT(&cores));
}

}  // namespace tensorfs
