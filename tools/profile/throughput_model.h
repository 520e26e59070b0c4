// SPDX-License-Identifier: MIT
// How many samples a second a machine serves from one form, without measuring it there. The model
// is the planner's (policy/plan_problem.h) for samples that all take one form: CPU and disk work at
// once, so the one that needs longer for a sample decides alone,
//
//     samples/s = min(cores / CPU seconds of a sample, disk's rate / bytes of a sample).
//
// CPU seconds are all of a read, the filesystem's own and the kernel's included. That is what they
// allow; where fewer were delivered, because waits for one were not hidden behind work of the other
// or because other programs had the cores, the time that is missing is one of the cores: more cores
// shorten it, another disk does not. Pure functions.
#ifndef TENSORFS_TOOLS_PROFILE_THROUGHPUT_MODEL_H_
#define TENSORFS_TOOLS_PROFILE_THROUGHPUT_MODEL_H_

#include <limits>
#include <string_view>

namespace tensorfs {

// What reading one sample takes, in the mean.
struct ReadDemand {
  double cpu_s = 0;       // of one core
  double read_bytes = 0;  // from the disk
  // Of the cores, in which they serve nothing else, busy or not; 0: as much as they are busy.
  double held_s = 0;
};

// Of the cores, at each sample.
inline double CoreSeconds(const ReadDemand& demand) {
  return demand.held_s > 0 ? demand.held_s : demand.cpu_s;
}

// What a machine gives.
struct Capacity {
  double cores = 1;
  double disk_bytes_per_s = std::numeric_limits<double>::infinity();
};

enum class Resource { kCpu, kDisk, kBoth };

std::string_view NameOf(Resource resource);  // "the CPU", "the disk", "CPU and disk alike"

struct PredictedRate {
  double samples_per_s = 0;  // infinite where nothing is needed of anything that is limited
  Resource binding = Resource::kCpu;  // the busier one; both if they are nearly alike
  double cpu_share = 0;               // of the cores, that is busy at this rate
  double disk_share = 0;              // of the disk's time
};

PredictedRate PredictRate(const ReadDemand& demand, const Capacity& machine);

// The demand with which the model gives, on the machine where it was measured, the rate that was
// delivered there. REQUIRES: samples_per_s > 0.
ReadDemand Calibrated(const ReadDemand& counted, const Capacity& machine, double samples_per_s);

}  // namespace tensorfs

#endif  // TENSORFS_TOOLS_PROFILE_THROUGHPUT_MODEL_H_
