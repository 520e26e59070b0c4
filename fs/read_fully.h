// SPDX-License-Identifier: MIT
// pread(2) until it is done, metered if anybody wants to know. Thread-safe.
#ifndef TENSORFS_FS_READ_FULLY_H_
#define TENSORFS_FS_READ_FULLY_H_

#include <cstddef>
#include <cstdint>
#include <span>

#include "codec/result.h"
#include "policy/read_meter.h"

namespace tensorfs {

// Fills `out` from `offset` on, less at the end of the file; returns how much. `meter` may be null.
// Errors: kIo, ….
Result<size_t> ReadUpTo(int fd, uint64_t offset, std::span<uint8_t> out,
                        ReadMeter* meter = nullptr);

// Errors: also kBusy if the file ends before: it was longer when its size was asked.
Result<void> ReadFully(int fd, uint64_t offset, std::span<uint8_t> out, ReadMeter* meter = nullptr);

}  // namespace tensorfs

#endif  // TENSORFS_FS_READ_FULLY_H_
