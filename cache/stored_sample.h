// SPDX-License-Identifier: MIT
// One entry of the sample store's catalog: what is kept of a sample, and where. Plain values.
#ifndef TENSORFS_CACHE_STORED_SAMPLE_H_
#define TENSORFS_CACHE_STORED_SAMPLE_H_

#include <cstdint>

#include "cache/source_version.h"
#include "codec/form.h"

namespace tensorfs {

// A record in a segment file. Segments' numbers are never used twice.
struct RecordLocation {
  uint32_t segment = 0;
  uint64_t offset = 0;  // of the record's header
  uint64_t payload_bytes = 0;

  bool operator==(const RecordLocation&) const = default;
};

struct StoredSample {
  SourceVersion source;
  StoredForm form;
  RecordLocation location;

  bool operator==(const StoredSample&) const = default;
};

}  // namespace tensorfs

#endif  // TENSORFS_CACHE_STORED_SAMPLE_H_
