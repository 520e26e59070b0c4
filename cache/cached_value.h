// SPDX-License-Identifier: MIT
// The tensor cache's bytes on disk: what stands in front of each value, and the row that finds it
// again after a restart (docs/formats.md). Little-endian, versioned; never change a layout, add a
// version. Pure functions.
#ifndef TENSORFS_CACHE_CACHED_VALUE_H_
#define TENSORFS_CACHE_CACHED_VALUE_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "cache/cache_key.h"
#include "cache/source_version.h"

namespace tensorfs {

constexpr size_t kValueHeaderBytes = 56;

// The header of a value that holds `bytes`.
std::string EncodeValueHeader(const CacheKey& key, const SourceVersion& source,
                              std::span<const uint8_t> bytes);

// The bytes behind the header, if `value` is whole, unharmed and that key's and source's.
std::optional<std::span<const uint8_t>> CheckValue(std::span<const uint8_t> value,
                                                   const CacheKey& key,
                                                   const SourceVersion& source);

struct CacheRow {
  CacheKey key;
  SourceVersion source;
  uint32_t bytes = 0;
  float saved_s = 0;
};

std::string EncodeRow(const CacheRow& row);
std::optional<CacheRow> DecodeRow(std::string_view bytes);  // nothing if it is no row of ours

// What an entry may take on disk: the value with its header, its row, and the database's own notes.
uint64_t Footprint(uint64_t bytes);

}  // namespace tensorfs

#endif  // TENSORFS_CACHE_CACHED_VALUE_H_
