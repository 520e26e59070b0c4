// SPDX-License-Identifier: MIT
// Samples for tests of the sample store: each a function of its key and a version.
#ifndef TENSORFS_TESTS_CACHE_STORE_MAKER_H_
#define TENSORFS_TESTS_CACHE_STORE_MAKER_H_

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "cache/sample_store.h"

namespace tensorfs {

struct MadeSample {
  SourceVersion source;
  StoredForm form;
  std::vector<uint8_t> payload;
};

// The version decides every byte; `source.change_stamp` tells it.
MadeSample MakeSample(std::string_view key, uint64_t version, size_t payload_bytes);

Result<void> PutSample(SampleStore& store, std::string_view key, uint64_t version,
                       size_t payload_bytes);

// Reads the sample and checks that it is what MakeSample gives for the version that it claims to
// be. Returns that version, or nothing if there is no such sample; adds a failure if it is wrong.
std::optional<uint64_t> CheckSample(const SampleStore& store, std::string_view key);

}  // namespace tensorfs

#endif  // TENSORFS_TESTS_CACHE_STORE_MAKER_H_
