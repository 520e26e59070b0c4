// SPDX-License-Identifier: MIT
// What the user asked of `tensorfs profile`, as plain values.
#ifndef TENSORFS_TOOLS_PROFILE_PROFILE_COMMAND_H_
#define TENSORFS_TOOLS_PROFILE_PROFILE_COMMAND_H_

#include <cstddef>
#include <ostream>
#include <string>
#include <vector>

#include "codec/result.h"
#include "policy/policy_report.h"
#include "tools/pipeline_file.h"
#include "tools/profile/profile.h"

namespace tensorfs {

// How a source is measured.
struct ProfileMeasuring {
  std::string pipeline_file;  // if not empty, the pipeline is still to be read from it
  PipelineFile pipeline;
  std::vector<std::string> extensions = {"jpg", "jpeg", "jpe", "jfif", "png"};
  size_t samples = 200;
  std::vector<int> threads;  // none: one, as many as usable cores, and four times as many
  int runs = 3;
  std::string work_dir;              // empty: the default
  std::vector<std::string> options;  // of all these, as they were given
};

// Where the results go, beside standard output; empty: nowhere.
struct ProfileFiles {
  std::string save;
  std::string csv;
  std::string html;
};

struct ProfileCommand {
  std::string source;  // a directory of samples, or a file that an earlier run saved
  ProfileMeasuring measuring;
  ProfileWeights weights;
  WhatIfRequest machine;
  ProfileFiles files;
  bool json = false;
  std::string line;  // the command's, for the report
};

// Measures, or reads what was saved; then judges, shows and writes. Returns when it is done or was
// interrupted. Errors, beside those of these: kIo, naming the files that could not be written.
Result<void> Run(const ProfileCommand& command, std::ostream& out, std::ostream& err);

}  // namespace tensorfs

#endif  // TENSORFS_TOOLS_PROFILE_PROFILE_COMMAND_H_
