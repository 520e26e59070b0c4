// SPDX-License-Identifier: MIT
// A tensor cache in a directory of its own, and files to put in it whose bytes tell them apart.
#ifndef TENSORFS_TESTS_CACHE_CACHE_FIXTURE_H_
#define TENSORFS_TESTS_CACHE_CACHE_FIXTURE_H_

#include <gtest/gtest.h>

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "cache/tensor_cache.h"
#include "tests/tools/temporary_dir.h"

namespace tensorfs {

constexpr SourceVersion kSource{1000, 1'700'000'000'000'000'000};
constexpr double kSavedS = 0.003;

inline CacheKey KeyOf(uint64_t number) { return {"class/" + std::to_string(number) + ".jpg", 7}; }

using FileBytes = std::vector<uint8_t>;

// Bytes that no other number and version has.
inline FileBytes BytesOf(uint64_t number, size_t size, uint64_t version = 0) {
  FileBytes bytes(size);
  uint64_t state = (number + 1) * 0x9e3779b97f4a7c15u + version;
  for (uint8_t& byte : bytes) {
    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    byte = static_cast<uint8_t>(state);
  }
  return bytes;
}

// A set of files of different sizes.
constexpr uint64_t kChurnedFiles = 200;
inline size_t SizeOf(uint64_t number) { return 1000 + number * 397 % 60'000; }

inline std::unique_ptr<TensorCache> OpenCache(const std::string& directory, uint64_t limit_bytes) {
  auto cache = TensorCache::Open(directory, {.limit_bytes = limit_bytes});
  if (!cache) {
    ADD_FAILURE() << cache.error().message;
    return nullptr;
  }
  return std::move(*cache);
}

inline void Offer(TensorCache* cache, const CacheKey& key, FileBytes bytes,
                  double saved_s = kSavedS, const SourceVersion& source = kSource) {
  const auto owner = std::make_shared<const FileBytes>(std::move(bytes));
  cache->Offer(key, source, *owner, owner, saved_s);
}

struct Verified {
  uint64_t entries = 0;
  uint64_t bad = 0;
};
// Reads every entry.
inline Verified Verify(TensorCache* cache) {
  Verified verified;
  const auto visited = cache->ForEach([&](const CacheEntryInfo& entry) {
    ++verified.entries;
    const auto hit = cache->Peek({entry.path, entry.fingerprint}, entry.source);
    verified.bad += !hit && hit.error().code == ErrorCode::kCorrupt;
    return true;
  });
  EXPECT_TRUE(visited) << visited.error().message;
  return verified;
}

inline bool Is(const TensorCache::Hit& hit, const FileBytes& bytes) {
  return std::equal(hit.bytes.begin(), hit.bytes.end(), bytes.begin(), bytes.end());
}

}  // namespace tensorfs

#endif  // TENSORFS_TESTS_CACHE_CACHE_FIXTURE_H_
