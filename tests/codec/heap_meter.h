// SPDX-License-Identifier: MIT
// Measures heap memory in a test program by standing in for malloc and its kin (glibc only, not
// under a sanitizer). Counts all threads.
#ifndef TENSORFS_TESTS_CODEC_HEAP_METER_H_
#define TENSORFS_TESTS_CODEC_HEAP_METER_H_

#include <cstddef>
#include <functional>

namespace tensorfs {

// The most bytes in use at a time while `work` runs, above those in use before it.
size_t PeakHeapBytes(const std::function<void()>& work);

}  // namespace tensorfs

#endif  // TENSORFS_TESTS_CODEC_HEAP_METER_H_
