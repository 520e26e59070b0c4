// SPDX-License-Identifier: MIT
// What a read returns: a view and what keeps it alive.
#ifndef TENSORFS_FS_READ_REPLY_H_
#define TENSORFS_FS_READ_REPLY_H_

#include <cstdint>
#include <memory>
#include <span>

namespace tensorfs {

// A slice of a file. `bytes` stays valid as long as `owner` lives.
struct ReadReply {
  std::span<const uint8_t> bytes;
  std::shared_ptr<const void> owner;
};

}  // namespace tensorfs

#endif  // TENSORFS_FS_READ_REPLY_H_
