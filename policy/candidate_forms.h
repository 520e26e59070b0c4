// SPDX-License-Identifier: MIT
// The forms that the adaptive policy chooses among. Pure.
#ifndef TENSORFS_POLICY_CANDIDATE_FORMS_H_
#define TENSORFS_POLICY_CANDIDATE_FORMS_H_

#include <vector>

#include "codec/form.h"
#include "codec/pipeline.h"

namespace tensorfs {

inline constexpr size_t kMaxCandidateForms = 12;

// source:original first; then the forms that samples of this pipeline can take and that no other
// of them beats in bytes and in CPU time for every kind of source. At most kMaxCandidateForms.
std::vector<Form> CandidateForms(const Pipeline& pipeline);

}  // namespace tensorfs

#endif  // TENSORFS_POLICY_CANDIDATE_FORMS_H_
