// SPDX-License-Identifier: MIT
// store_churn DIR LIMIT SEED: puts, replaces and drops samples without end, for a test that kills
// it. After each step it writes one line: "flushed V" once version V of the sample "flushed" is
// durable, else "step REWRITTEN", the records rewritten so far.
#include <cinttypes>
#include <cstdio>
#include <cstdlib>
#include <random>
#include <string>

#include "cache/sample_store.h"
#include "store_maker.h"

namespace tensorfs {
namespace {

int Churn(const std::string& directory, uint64_t limit_bytes, uint32_t seed) {
  const auto store = SampleStore::Open(directory, {.limit_bytes = limit_bytes});
  if (!store) {
    std::fprintf(stderr, "%s\n", store.error().message.c_str());
    return 1;
  }
  std::minstd_rand random(seed);
  for (uint64_t step = 1;; ++step) {
    const std::string key = std::to_string(random() % 200);
    if (random() % 4 == 0) {
      (*store)->Drop(key);
    } else {
      PutSample(**store, key, step, random() % 60000);
    }
    if (random() % 40 == 0) {
      const uint64_t version = uint64_t{seed} << 32 | step;
      const bool is_durable = PutSample(**store, "flushed", version, 500) && (*store)->Flush();
      if (is_durable) std::printf("flushed %" PRIu64 "\n", version);
    } else {
      std::printf("step %" PRIu64 "\n", (*store)->Stats().events.records_rewritten);
    }
    std::fflush(stdout);
  }
}

}  // namespace
}  // namespace tensorfs

int main(int argc, char** argv) {
  if (argc != 4) return 2;
  return tensorfs::Churn(argv[1], std::strtoull(argv[2], nullptr, 10),
                         static_cast<uint32_t>(std::strtoul(argv[3], nullptr, 10)));
}
