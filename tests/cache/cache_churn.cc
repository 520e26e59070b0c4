// SPDX-License-Identifier: MIT
// cache_churn DIR SEED: offers, finds and drops files without end, for a test that kills it. Writes
// a byte after each step; ends with another code than 0 if something is wrong.
#include <unistd.h>

#include <cstdlib>

#include "cache/tensor_cache.h"
#include "tests/cache/cache_fixture.h"

namespace tensorfs {
namespace {

int Churn(const std::string& directory, uint64_t seed) {
  const auto cache = TensorCache::Open(directory, {.limit_bytes = kSmallestCacheLimit});
  if (!cache) return 3;
  double saved_s = static_cast<double>(seed);
  for (uint64_t step = 0;; ++step) {
    const uint64_t number = (seed * 7 + step) % kChurnedFiles;
    if (const auto hit = (*cache)->Find(KeyOf(number), kSource)) {
      if (!Is(*hit, BytesOf(number, SizeOf(number)))) return 4;
      if (step % 3 == 0) (*cache)->Drop(KeyOf(number));
    }
    // Each is worth more than those before it, so that they are displaced.
    saved_s *= 1.01;
    Offer(cache->get(), KeyOf(number), BytesOf(number, SizeOf(number)), saved_s);
    if (step % 16 == 0 && !(*cache)->Flush()) return 5;
    if (write(STDOUT_FILENO, "x", 1) != 1) return 6;
  }
}

}  // namespace
}  // namespace tensorfs

int main(int argc, char** argv) {
  return argc == 3 ? tensorfs::Churn(argv[1], std::strtoull(argv[2], nullptr, 10)) : 2;
}
