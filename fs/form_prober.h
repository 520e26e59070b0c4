// SPDX-License-Identifier: MIT
// Teaches a cost model what a data set costs in every form, from a few samples from all over it.
// Immutable; a run takes a thread of its own.
#ifndef TENSORFS_FS_FORM_PROBER_H_
#define TENSORFS_FS_FORM_PROBER_H_

#include <cstddef>
#include <stop_token>

#include "fs/sample_fs.h"
#include "policy/cost_model.h"

namespace tensorfs {

class FormProber {
 public:
  struct Limits {
    size_t samples = 32;
    double cpu_s = 1;  // no sample is begun after this
  };

  struct Report {
    size_t measured = 0;
    size_t failed = 0;  // samples that cannot be decoded, or need more memory than there is
    double cpu_s = 0;
    bool stopped = false;
  };

  // Both must outlive the prober.
  FormProber(const SampleFs* fs, CostModel* model) : FormProber(fs, model, Limits()) {}
  FormProber(const SampleFs* fs, CostModel* model, Limits limits)
      : fs_(fs), model_(model), limits_(limits) {}

  // The model knows of each sample as soon as it is measured. At the calling thread's own priority:
  // nothing is planned before, and a thread that gives way to readers would take minutes for what
  // costs one second. Ends soon after `stop` is requested.
  Report Run(const std::stop_token& stop) const;

 private:
  const SampleFs* const fs_;
  CostModel* const model_;
  const Limits limits_;
};

}  // namespace tensorfs

#endif  // TENSORFS_FS_FORM_PROBER_H_
