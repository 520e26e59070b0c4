// SPDX-License-Identifier: MIT
// What the sample store tells of itself. Plain values.
#ifndef TENSORFS_CACHE_STORE_STATS_H_
#define TENSORFS_CACHE_STORE_STATS_H_

#include <cstdint>
#include <map>
#include <string>
#include <tuple>

#include "codec/form.h"

namespace tensorfs {

// The samples that are kept in one form, and the bytes of their payloads.
struct FormUsage {
  uint64_t samples = 0;
  uint64_t payload_bytes = 0;

  bool operator==(const FormUsage&) const = default;
};

struct FormOrder {
  bool operator()(const Form& a, const Form& b) const {
    return std::tie(a.stage, a.encoding, a.level) < std::tie(b.stage, b.encoding, b.level);
  }
};
using FormUsages = std::map<Form, FormUsage, FormOrder>;

// Counters since the store was opened.
struct StoreEvents {
  uint64_t corrupt_records = 0;    // dropped because their bytes were wrong
  uint64_t corrupt_entries = 0;    // of the catalog, likewise
  uint64_t catalogs_replaced = 0;  // by an empty one, because it could not be read
  uint64_t read_errors = 0;
  uint64_t write_errors = 0;
  uint64_t puts_refused = 0;  // because the limit had no room
  uint64_t records_rewritten = 0;
  uint64_t segments_removed = 0;
};

struct StoreStats {
  uint64_t samples = 0;
  uint64_t live_bytes = 0;      // of records that the catalog or a put not yet in it names
  uint64_t garbage_bytes = 0;   // of records that nothing names
  uint64_t segments = 0;        // files
  uint64_t segment_bytes = 0;   // of all segment files
  uint64_t catalog_bytes = 0;   // of all files of the catalog
  uint64_t limit_bytes = 0;     // 0: none
  uint64_t reserved_bytes = 0;  // counted against the limit: the files and the room they may need
  FormUsages forms;             // as of the last group of puts that is durable
  StoreEvents events;
  std::string condition;  // why the store takes no puts at present; empty if it does
};

}  // namespace tensorfs

#endif  // TENSORFS_CACHE_STORE_STATS_H_
