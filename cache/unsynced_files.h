// SPDX-License-Identifier: MIT
// RocksDB's view of the filesystem without waiting for the disk: what is written is there for every
// process at once, also after a kill, and on the disk when the kernel gets to it. For databases
// that may lose their newest content, or all of it, when the machine loses power. Thread-safe.
#ifndef TENSORFS_CACHE_UNSYNCED_FILES_H_
#define TENSORFS_CACHE_UNSYNCED_FILES_H_

#include <rocksdb/env.h>

#include <memory>

namespace tensorfs {

std::unique_ptr<rocksdb::Env> MakeUnsyncedFiles();

}  // namespace tensorfs

#endif  // TENSORFS_CACHE_UNSYNCED_FILES_H_
