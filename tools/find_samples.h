// SPDX-License-Identifier: MIT
// The samples of a mount by the paths that a tool was given. Stateless.
#ifndef TENSORFS_TOOLS_FIND_SAMPLES_H_
#define TENSORFS_TOOLS_FIND_SAMPLES_H_

#include <string>
#include <vector>

#include "codec/result.h"
#include "fs/sample_fs.h"
#include "tools/command.h"

namespace tensorfs {

// A path relative to the mount, or the same to its source, as it is; an absolute one in the source
// as seen from there. Errors: kInvalidArgument for an absolute path elsewhere.
Result<std::string> PathInSource(const MountCommand& mount, const std::string& path);

// The samples at or below a presented path, or the one of that source path; see PathInSource.
// Errors: kNotFound; kInvalidArgument; those of SampleFs::ListSamples.
Result<std::vector<Inode>> FindSamples(const MountCommand& mount, SampleFs* fs,
                                       const std::string& path);

// The same where there must be one. Errors: also kInvalidArgument if there are more, or none below
// a directory.
Result<Inode> FindSample(const MountCommand& mount, SampleFs* fs, const std::string& path);

}  // namespace tensorfs

#endif  // TENSORFS_TOOLS_FIND_SAMPLES_H_
