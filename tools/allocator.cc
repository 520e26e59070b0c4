// SPDX-License-Identifier: MIT
#include "tools/allocator.h"

#include <malloc.h>

#include <algorithm>
#include <thread>

namespace tensorfs {
namespace {

constexpr int kMiB = 1 << 20;
constexpr int kKeptBytes = 64 * kMiB;
constexpr int kMinKeptBytesPerArena = 4 * kMiB;
// Blocks above are returned at once: kept among smaller ones they would fragment the arenas.
constexpr int kLargestReusedBlock = 4 * kMiB;

}  // namespace

void KeepFreedMemory() {
  const int cores = std::max(2, static_cast<int>(std::thread::hardware_concurrency()));
  mallopt(M_ARENA_MAX, cores);
  mallopt(M_TRIM_THRESHOLD, std::max(kKeptBytes / cores, kMinKeptBytesPerArena));
  mallopt(M_MMAP_THRESHOLD, kLargestReusedBlock);
}

}  // namespace tensorfs
