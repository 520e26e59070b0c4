// SPDX-License-Identifier: MIT
// Some samples from all over a source, found without listing it: by walks down from the root that
// turn at random, each directory looked into once and never far. Stateless; thread-safe.
#ifndef TENSORFS_FS_SAMPLE_PICKER_H_
#define TENSORFS_FS_SAMPLE_PICKER_H_

#include <cstddef>
#include <string>
#include <vector>

#include "fs/sample_names.h"
#include "fs/source_tree.h"

namespace tensorfs {

// Paths of different samples, at most `count`; fewer where there are few. The same source gives the
// same ones. Directories that cannot be read are passed over.
std::vector<std::string> PickSamples(const SourceTree& source, const SampleNames& names,
                                     size_t count);

}  // namespace tensorfs

#endif  // TENSORFS_FS_SAMPLE_PICKER_H_
