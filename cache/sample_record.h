// SPDX-License-Identifier: MIT
// The sample store's bytes on disk, as docs/formats.md draws them: the head of a segment file, a
// record's header, a catalog value. Never change a layout; add a version. Pure functions.
#ifndef TENSORFS_CACHE_SAMPLE_RECORD_H_
#define TENSORFS_CACHE_SAMPLE_RECORD_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "cache/stored_sample.h"
#include "codec/result.h"

namespace tensorfs {

using SegmentHeader = std::array<uint8_t, 16>;
using RecordHeader = std::array<uint8_t, 88>;
using CatalogValue = std::array<uint8_t, 80>;

// What a record takes in its segment.
constexpr uint64_t RecordBytes(uint64_t payload_bytes) {
  return sizeof(RecordHeader) + payload_bytes;
}

SegmentHeader MakeSegmentHeader(uint32_t number);

// The header says everything that the catalog says of the sample but the location, so that neither
// can be read with the other's. `sample.location` needs its payload_bytes only.
RecordHeader MakeRecordHeader(std::string_view key, const StoredSample& sample,
                              std::span<const uint8_t> payload);

// Whether header and payload are those that were written for the key and the sample.
// Errors: kCorrupt.
Result<void> CheckRecord(std::string_view key, const StoredSample& sample,
                         const RecordHeader& header, std::span<const uint8_t> payload);

CatalogValue EncodeCatalogValue(const StoredSample& sample);

// Nothing if this is no catalog value of a version that is known, to the last byte.
std::optional<StoredSample> DecodeCatalogValue(std::string_view value);

}  // namespace tensorfs

#endif  // TENSORFS_CACHE_SAMPLE_RECORD_H_
