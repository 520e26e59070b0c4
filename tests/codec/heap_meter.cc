// SPDX-License-Identifier: MIT
#include "tests/codec/heap_meter.h"

#include <malloc.h>

#include <atomic>
#include <cstdint>

namespace {

std::atomic<int64_t> bytes_in_use;
std::atomic<int64_t> peak_bytes;

void* Count(void* block) {
  const int64_t used = bytes_in_use += static_cast<int64_t>(malloc_usable_size(block));
  for (int64_t peak = peak_bytes; used > peak && !peak_bytes.compare_exchange_weak(peak, used);) {
  }
  return block;
}

void Discount(void* block) { bytes_in_use -= static_cast<int64_t>(malloc_usable_size(block)); }

}  // namespace

extern "C" {

void* __libc_malloc(size_t size);
void* __libc_calloc(size_t count, size_t size);
void* __libc_realloc(void* block, size_t size);
void* __libc_memalign(size_t alignment, size_t size);
void __libc_free(void* block);

void* malloc(size_t size) { return Count(__libc_malloc(size)); }
void* calloc(size_t count, size_t size) { return Count(__libc_calloc(count, size)); }
void* memalign(size_t alignment, size_t size) { return Count(__libc_memalign(alignment, size)); }
void* aligned_alloc(size_t alignment, size_t size) { return memalign(alignment, size); }

void* realloc(void* block, size_t size) {
  Discount(block);
  return Count(__libc_realloc(block, size));
}

void free(void* block) {
  Discount(block);
  __libc_free(block);
}

}  // extern "C"

namespace tensorfs {

size_t PeakHeapBytes(const std::function<void()>& work) {
  const int64_t before = bytes_in_use;
  peak_bytes = before;
  work();
  return static_cast<size_t>(peak_bytes - before);
}

}  // namespace tensorfs
