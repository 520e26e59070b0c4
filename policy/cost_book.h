// SPDX-License-Identifier: MIT
// What a cost model has learned, and that as a text. A plain value; not thread-safe.
#ifndef TENSORFS_POLICY_COST_BOOK_H_
#define TENSORFS_POLICY_COST_BOOK_H_

#include <array>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "codec/form.h"
#include "codec/pipeline.h"
#include "codec/result.h"
#include "policy/cpu_correction.h"
#include "policy/ridge_fit.h"
#include "policy/sample_features.h"

namespace tensorfs {

// Of one form and one kind of source. What a stored payload costs to decode and to make does not
// depend on its source: stages after the source learn that under the first kind for all of them.
struct FormExperience {
  double tried = 0;     // samples, as far as they are remembered
  double unsuited = 0;  // of these, those that cannot take the form
  RidgeFit payload;     // the logarithm of its ratio to SampleGeometry::PayloadBasis
  RidgeFit decode;      // CPU seconds
  RidgeFit encode;      // CPU seconds
};

struct CostBook {
  using ByKind = std::array<FormExperience, kSourceKinds>;

  explicit CostBook(size_t forms) : experience(forms), correction(forms) {}

  std::vector<ByKind> experience;  // by form
  CpuCorrection correction;
};

// Solves every fit for its sums.
void SolveAll(CostBook& book);

std::string CostBookToText(const CostBook& book, const Pipeline& pipeline,
                           std::span<const Form> forms);

// Errors: kCorrupt if the text is damaged; kInvalidArgument if it is of another version, pipeline
// or list of forms.
Result<CostBook> CostBookFromText(std::string_view text, const Pipeline& pipeline,
                                  std::span<const Form> forms);

}  // namespace tensorfs

#endif  // TENSORFS_POLICY_COST_BOOK_H_
