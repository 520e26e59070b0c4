// SPDX-License-Identifier: MIT
// One sample as it is presented, whole, and its share of the memory budget. Immutable once made.
#ifndef TENSORFS_FS_FINISHED_FILE_H_
#define TENSORFS_FS_FINISHED_FILE_H_

#include <cstdint>
#include <memory>
#include <span>

#include "fs/memory_budget.h"

namespace tensorfs {

struct FinishedFile {
  MemoryBudget::Lease lease;  // stands first, so that it ends after the memory is freed
  std::shared_ptr<const void> owner;
  std::span<const uint8_t> bytes;  // valid as long as `owner` lives
};

}  // namespace tensorfs

#endif  // TENSORFS_FS_FINISHED_FILE_H_
