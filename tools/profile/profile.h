// SPDX-License-Identifier: MIT
// What `tensorfs profile` measures of a data set, a pipeline and a machine: each strategy (all
// samples kept in one form) prepared and delivered. Everything that reports, recommendations and
// what-ifs need; nothing here decides anything. Plain values.
//
// Rates are samples per second; times are seconds; sizes are bytes; shares are fractions. What is
// said of one sample is a mean over the measured samples; a sample that cannot take a strategy's
// form counts in all of these as what it then is, a source:original.
#ifndef TENSORFS_TOOLS_PROFILE_PROFILE_H_
#define TENSORFS_TOOLS_PROFILE_PROFILE_H_

#include <cstdint>
#include <string>
#include <vector>

#include "policy/sample_features.h"

namespace tensorfs {

struct ProfiledSet {
  std::string source;         // its directory, absolute
  uint64_t samples = 0;       // in all
  uint64_t source_bytes = 0;  // of these
  std::vector<SampleFeatures> measured;
};

struct ProfiledMachine {
  int cores = 0;
  std::string cpu;  // its model's name
  std::string kernel;
  uint64_t memory_bytes = 0;
  double disk_bytes_per_s = 0;  // what the readers got of it, the page cache bypassed, at most
  double unix_time_s = 0;       // when it was measured
};

// A step of the pipeline; those on the tensor, which one pass does, are one: "ToTensor > …". The
// first is "decode".
struct ProfiledStep {
  std::string name;     // "Resize(256)"
  int stage = 0;        // of its result
  bool online = false;  // neither its result nor a later one may be kept
  double cpu_s = 0;
  double result_bytes = 0;  // of the part that the final tensor depends on
};

// What the bytes of a sample come from.
enum class ReadMode : uint8_t {
  kCold,       // the disk: source and store are not in the page cache
  kWarm,       // source and store are in the page cache, the mount's files are not
  kCache,      // the tensor cache, whose files are in the page cache
  kPageCache,  // the mount's files are in the page cache: later epochs of what fits in memory
};

// How fast so many reader threads were that read whole files and do nothing else.
struct Delivered {
  ReadMode mode = ReadMode::kWarm;
  int threads = 0;
  double samples_per_s = 0;         // mean over the runs
  double samples_per_s_stddev = 0;  // between the runs
  double cpu_s = 0;                 // of one sample: the filesystem's and the reader's
  double disk_bytes = 0;            // read for one sample
};

struct StepTime {
  std::string name;  // a ProfiledStep's; "encode FORM", "decode FORM", "filesystem"
  double cpu_s = 0;  // of one sample
};

// All samples in one form.
struct Strategy {
  std::string form;  // "STAGE:ENCODING"
  int stage = 0;
  std::string encoding;
  double share = 1;  // of the samples that can take it

  // To prepare the whole set with all cores, extrapolated; 0 for source:original.
  double prepare_s = 0;
  double prepare_cpu_s = 0;

  double stored_bytes = 0;      // of one sample; 0 for source:original
  double stored_bytes_all = 0;  // extrapolated to the whole set

  // Of one sample that is read from the disk: what a what-if is computed from.
  double read_bytes = 0;                  // from store or source
  double cpu_s = 0;                       // of all
  double filesystem_cpu_s = 0;            // thereof what is not spent on any step
  std::vector<Delivered> delivered = {};  // kCold and kWarm
  std::vector<StepTime> offline = {};     // the work done once, in order
  std::vector<StepTime> online = {};  // the work at each read, in order; its last is "filesystem"
};

struct Profile {
  ProfiledSet set;
  ProfiledMachine machine;
  std::string pipeline_toml;  // from which ParsePipeline makes it again
  std::vector<ProfiledStep> steps;
  std::vector<Strategy> strategies;  // source:original first
  std::vector<Delivered> cached;     // kCache and kPageCache: the same for every strategy
  std::string cost_model;            // CostModel::Serialize of the forms that the policy considers
};

// What the mix of forms, one for each sample, that the adaptive policy would choose comes to.
struct MixedPlan {
  struct Part {
    std::string form;  // "cache:tensor" for what the tensor cache holds
    double share = 0;  // of the samples
  };
  std::vector<Part> parts;  // the largest first; none that is empty
  double samples_per_s = 0;
  double bound_samples_per_s = 0;  // no mix of forms that the policy considers is faster
  double stored_bytes_all = 0;
  double move_s = 0;  // that the moves take, of the whole machine, for the whole set
  // After so long, from the start of the moves, as many samples are read as without them; infinite
  // if source:original is as fast.
  double pays_after_s = 0;
  std::string binding;  // what it waits for: "CPU", "disk", "CPU and disk"
};

// How much of a strategy's score each goal decides (PRESTO's objective); any scale.
struct ProfileWeights {
  double throughput = 1;
  double storage = 0;
  double time = 0;
};

}  // namespace tensorfs

#endif  // TENSORFS_TOOLS_PROFILE_PROFILE_H_
