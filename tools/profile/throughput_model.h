// SPDX-License-Identifier: MIT
// How many samples a second a machine serves from one form, without measuring it there. The model
// is the planner's (policy/plan_problem.h) for samples that all take one form: CPU and disk work at
// once, so the one that needs longer for a sample decides alone,
//
//     samples/s = min(cores / CPU seconds of a sample, disk's rate / bytes of a sample).
//
// CPU seconds are all of a read, the filesystem's own and the kernel's included. Pure functions.
#ifndef TENSORFS_TOOLS_PROFILE_THROUGHPUT_MODEL_H_
#define TENSORFS_TOOLS_PROFILE_THROUGHPUT_MODEL_H_

#include <limits>
#include <string_view>

namespace tensorfs {

// What reading one sample takes, in the mean.
struct ReadDemand {
  double cpu_s = 0;       // of one core
  double read_bytes = 0;  // from the disk
};

// What a machine gives.
struct Capacity {
  double cores = 1;
  double disk_bytes_per_s = std::numeric_limits<double>::infinity();
};

enum class Resource { kCpu, kDisk, kBoth };

std::string_view NameOf(Resource resource);  // "the CPU", "the disk", "CPU and disk alike"

struct PredictedRate {
  double samples_per_s = 0;  // infinite where nothing is needed of anything that is limited
  Resource binding = Resource::kCpu;
  double cpu_share = 0;   // of the cores, that is busy at this rate; 1 where the CPU binds
  double disk_share = 0;  // of the disk's time
};

PredictedRate PredictRate(const ReadDemand& demand, const Capacity& machine);

}  // namespace tensorfs

#endif  // TENSORFS_TOOLS_PROFILE_THROUGHPUT_MODEL_H_
