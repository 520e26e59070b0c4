// SPDX-License-Identifier: MIT
// For work that nobody waits for. Thread-safe; needs no privileges.
#ifndef TENSORFS_CACHE_IDLE_PRIORITY_H_
#define TENSORFS_CACHE_IDLE_PRIORITY_H_

namespace tensorfs {

// From now on the calling thread, and threads that it starts, get the CPU and the disk only when
// nobody else wants them. Where that is refused nothing changes. There is no way back.
void TakeIdlePriority();

}  // namespace tensorfs

#endif  // TENSORFS_CACHE_IDLE_PRIORITY_H_
