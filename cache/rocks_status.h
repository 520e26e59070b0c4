// SPDX-License-Identifier: MIT
// RocksDB's outcomes as the project's. Pure function.
#ifndef TENSORFS_CACHE_ROCKS_STATUS_H_
#define TENSORFS_CACHE_ROCKS_STATUS_H_

#include <rocksdb/status.h>

#include <string_view>

#include "codec/result.h"

namespace tensorfs {

// `context`, the database's directory, stands in front of an error's message.
// Errors: kNotFound, kCorrupt, kBusy (somebody else has the database open), kIo.
Result<void> FromStatus(const rocksdb::Status& status, std::string_view context);

}  // namespace tensorfs

#endif  // TENSORFS_CACHE_ROCKS_STATUS_H_
