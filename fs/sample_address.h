// SPDX-License-Identifier: MIT
// One sample in the source. Plain value.
#ifndef TENSORFS_FS_SAMPLE_ADDRESS_H_
#define TENSORFS_FS_SAMPLE_ADDRESS_H_

#include <string>

#include "fs/inode.h"

namespace tensorfs {

struct SampleAddress {
  Inode inode;
  std::string path;  // relative to the source
};

}  // namespace tensorfs

#endif  // TENSORFS_FS_SAMPLE_ADDRESS_H_
