// SPDX-License-Identifier: MIT
// Measures what one sample costs in forms that it is not kept in: encodes it and decodes it again,
// all in memory, with the CPU time of each by the thread's clock. Stateless; thread-safe.
#ifndef TENSORFS_FS_FORM_PROBE_H_
#define TENSORFS_FS_FORM_PROBE_H_

#include <span>
#include <stop_token>
#include <vector>

#include "codec/form.h"
#include "codec/pipeline.h"
#include "codec/result.h"
#include "fs/memory_budget.h"
#include "fs/source_tree.h"
#include "policy/cost_model.h"
#include "policy/sample_features.h"

namespace tensorfs {

struct SampleProbe {
  SampleFeatures features;
  std::vector<ProbeResult> forms;  // one for each form that was asked for
};

// One lease of `budget` covers all of it. A form that gives other bytes than the source does, which
// no form should, is logged and counts as unsuited. Decoding time includes the copy out of the page
// cache and the checksum that a read pays for; the better of two runs counts.
// Errors: those of TensorJob; kTooLarge beyond the budget; kBusy if the source changed meanwhile or
// `stop` was requested; kIo.
Result<SampleProbe> ProbeForms(const Pipeline& pipeline, const SourceFile& source,
                               std::span<const Form> forms, MemoryBudget* budget,
                               const std::stop_token& stop);

}  // namespace tensorfs

#endif  // TENSORFS_FS_FORM_PROBE_H_
