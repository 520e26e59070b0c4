// SPDX-License-Identifier: MIT
// A source directory's entries under the names they show as. Stateless; thread-safe.
#ifndef TENSORFS_FS_PRESENTED_DIRECTORY_H_
#define TENSORFS_FS_PRESENTED_DIRECTORY_H_

#include <memory>

#include "codec/result.h"
#include "fs/dir_listing.h"
#include "fs/inode.h"
#include "fs/sample_names.h"
#include "fs/source_tree.h"

namespace tensorfs {

struct PresentedDirectory {
  std::unique_ptr<const DirListing> listing;
  SuffixSet suffixes = 0;  // of all source names
};

// Lists `directory`, whose inode is `inode`, in one pass over the source and without looking at any
// file; agrees with SampleNames::FindSource. Errors: those of SourceDir::ForEach.
Result<PresentedDirectory> PresentDirectory(const SourceDir& directory, Inode inode,
                                            const SampleNames& names);

}  // namespace tensorfs

#endif  // TENSORFS_FS_PRESENTED_DIRECTORY_H_
