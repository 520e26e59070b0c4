// SPDX-License-Identifier: MIT
// What each step of a pipeline and each encoding takes of a data set's samples, by the thread's CPU
// clock, without a mount: the parts of which a read's time consists. Not thread-safe.
#ifndef TENSORFS_TOOLS_PROFILE_STEP_METER_H_
#define TENSORFS_TOOLS_PROFILE_STEP_METER_H_

#include <cstddef>
#include <span>
#include <stop_token>
#include <string>
#include <vector>

#include "codec/form.h"
#include "codec/result.h"
#include "fs/form_probe.h"
#include "fs/memory_budget.h"
#include "fs/source_tree.h"
#include "tools/pipeline_file.h"
#include "tools/profile/profile.h"

namespace tensorfs {

class StepMeter {
 public:
  // All must outlive it. `forms` begin with source:original.
  StepMeter(const PipelineFile* file, std::span<const Form> forms, const SourceTree* source);

  // Measures one more sample, and returns what it costs in each form. Errors: those of ProbeForms.
  Result<SampleProbe> Measure(const std::string& path);

  size_t measured() const { return measured_; }

  // The means of what was measured. REQUIRES: measured() > 0; `form` is an index of the forms.
  std::vector<ProfiledStep> Steps() const;
  // The work that is done once, from the source file to the form's payload, without writing it.
  std::vector<StepTime> Offline(size_t form) const;
  // The work at each read, from the payload to the tensor.
  std::vector<StepTime> Online(size_t form) const;

 private:
  // Of a form; sums over the samples.
  struct FormSums {
    double encode_cpu_s = 0;
    double decode_cpu_s = 0;  // of the payload, to the value that it keeps
  };

  // Of one sample, by stage.
  struct StageValues {
    std::vector<double> cpu_s;  // from there to the tensor; 0 for the file and for the tensor
    std::vector<double> bytes;
  };

  Result<StageValues> MeasureStages(const std::string& path) const;
  double Mean(double sum) const { return sum / static_cast<double>(measured_); }
  double StepSeconds(int stage) const;

  const PipelineFile* const file_;
  const std::vector<Form> forms_;
  const SourceTree* const source_;
  const int final_stage_;
  MemoryBudget budget_;
  std::stop_source stop_;
  size_t measured_ = 0;
  std::vector<FormSums> sums_;  // by form
  StageValues stage_sums_;
};

}  // namespace tensorfs

#endif  // TENSORFS_TOOLS_PROFILE_STEP_METER_H_
