// SPDX-License-Identifier: MIT
// Measures every strategy of a pipeline on a data set: prepares some samples in each form, in a
// private mount, and reads them through it. Blocks for as long as that takes, some seconds for each
// form; writes into the work directory only, and leaves nothing there.
#ifndef TENSORFS_TOOLS_PROFILE_PROFILER_H_
#define TENSORFS_TOOLS_PROFILE_PROFILER_H_

#include <cstddef>
#include <functional>
#include <string>
#include <vector>

#include "codec/result.h"
#include "tools/pipeline_file.h"
#include "tools/profile/delivery_meter.h"
#include "tools/profile/profile.h"

namespace tensorfs {

struct ProfileRequest {
  std::string source;
  PipelineFile pipeline;
  std::vector<std::string> extensions;
  size_t samples = 200;  // at most
  DeliverySettings reading;
  std::string work_dir;  // exists; on the disk whose figures matter
};

// Who waits for the profile.
struct ProfileWatcher {
  std::function<void(double share, const std::string& what)> on_progress;
  std::function<void(const std::string& note)> on_note;
  std::function<bool()> stop;
};

// Errors: those of the source and of the samples; kInvalidArgument if the work directory is in the
// source; kIo if nothing can be mounted, or if `stop` said so. A form that cannot be measured, as
// for want of room, is left out with a note.
Result<Profile> MeasureProfile(const ProfileRequest& request, const ProfileWatcher& watcher);

}  // namespace tensorfs

#endif  // TENSORFS_TOOLS_PROFILE_PROFILER_H_
