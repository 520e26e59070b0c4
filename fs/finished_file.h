// SPDX-License-Identifier: MIT
// One sample as it is presented, whole, and its share of the memory budget. Immutable once made.
#ifndef TENSORFS_FS_FINISHED_FILE_H_
#define TENSORFS_FS_FINISHED_FILE_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>

#include "fs/memory_budget.h"

namespace tensorfs {

struct FinishedFile {
  MemoryBudget::Lease lease;  // stands first, so that it ends after the memory is freed
  std::unique_ptr<uint8_t[]> data;
  size_t size_bytes = 0;

  std::span<const uint8_t> bytes() const { return {data.get(), size_bytes}; }
};

}  // namespace tensorfs

#endif  // TENSORFS_FS_FINISHED_FILE_H_
