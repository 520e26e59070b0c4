// SPDX-License-Identifier: MIT
// What each sample would cost in each candidate form, from its header alone: learned from
// measurements of a few samples, then corrected by every read and every encoding.
//
// Bytes that follow from sizes are exact; others are the stage's bytes (of a cut JPEG the file's)
// times a ratio fitted to how densely the source is compressed. CPU time is a non-negative sum of
// terms for the sample, its bytes and its pixels, times a correction (policy/cpu_correction.h).
//
// Thread-safe; one mutex guards what was learned, held for some microseconds at most.
#ifndef TENSORFS_POLICY_COST_MODEL_H_
#define TENSORFS_POLICY_COST_MODEL_H_

#include <cstddef>
#include <cstdint>
#include <limits>
#include <mutex>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "codec/form.h"
#include "codec/pipeline.h"
#include "codec/result.h"
#include "policy/cost_book.h"
#include "policy/recent_error.h"
#include "policy/ridge_fit.h"
#include "policy/sample_features.h"
#include "policy/sample_geometry.h"

namespace tensorfs {

// Of one sample in one form.
struct FormCost {
  static constexpr float kNever = std::numeric_limits<float>::infinity();

  float cpu_s = kNever;  // from the bytes to the final tensor
  float read_bytes = 0;
  float stored_bytes = 0;  // of the payload; 0 for source:original
  float encode_cpu_s = 0;  // from the stage's value to the payload
  bool possible() const { return cpu_s < kNever; }
};

// What was measured of one sample in one form.
struct ProbeResult {
  bool suited = false;  // whether the sample can be kept so; the rest is then known
  uint64_t payload_bytes = 0;
  double decode_cpu_s = 0;
  double encode_cpu_s = 0;
};

// What is known of a form for sources of a kind.
enum class FormKnowledge : uint8_t {
  kMeasured,
  kDerived,   // from measurements of other kinds of source
  kUnknown,   // never measured
  kUnsuited,  // most samples measured cannot take it, or none can
};

// Predicted against observed, per read or encoding, over the recent ones.
struct FormSummary {
  Form form;
  uint64_t probes = 0;  // samples measured in the form, unsuited ones included
  uint64_t reads = 0;
  uint64_t encodings = 0;
  RecentError cpu_s;      // of reads
  RecentError bytes;      // of encodings
  double correction = 1;  // of the CPU time, by reads
};

class CostModel {
 public:
  // REQUIRES: forms[0] is source:original; CheckForm allows each.
  CostModel(Pipeline pipeline, std::vector<Form> forms);

  const Pipeline& pipeline() const { return pipeline_; }
  const std::vector<Form>& forms() const { return forms_; }

  // `form` is an index of forms(). Measurements that are no finite positive numbers are ignored.
  void NoteProbe(size_t form, const SampleFeatures& sample, const ProbeResult& result);
  // A read that was served from the form took so much CPU time.
  void NoteRead(size_t form, const SampleFeatures& sample, double cpu_s);
  void NoteEncoded(size_t form, const SampleFeatures& sample, uint64_t payload_bytes, double cpu_s);

  // One cost for each of forms(). A form that is not possible() cannot be taken by the sample, or
  // is not known: see Knowledge. REQUIRES: costs.size() == forms().size().
  void Predict(const SampleFeatures& sample, std::span<FormCost> costs) const;

  FormKnowledge Knowledge(size_t form, SourceKind kind) const;

  // One for each of forms().
  std::vector<FormSummary> Summaries() const;

  // What was learned, as a text for Restore.
  std::string Serialize() const;
  // Replaces what was learned; changes nothing on errors. Errors: kCorrupt if the text is damaged;
  // kInvalidArgument if it is of another version, pipeline or list of forms.
  Result<void> Restore(std::string_view text);

 private:
  bool CanTake(size_t form, SourceKind kind) const;
  // These are called with mutex_ held.
  const FormExperience& ExperienceOf(size_t form, SourceKind kind) const;
  FormExperience& CpuExperience(size_t form, SourceKind kind);
  const RidgeFit* FindFit(size_t form, SourceKind kind, RidgeFit FormExperience::*fit) const;
  double PayloadBytes(size_t form, SourceKind kind, const SampleGeometry& geometry) const;
  FormCost PredictForm(size_t form, SourceKind kind, const SampleGeometry& geometry) const;
  void NoteTry(size_t form, SourceKind kind, bool suited);
  void LearnPayload(size_t form, SourceKind kind, const SampleGeometry& geometry,
                    double payload_bytes);

  const Pipeline pipeline_;
  const std::vector<Form> forms_;
  mutable std::mutex mutex_;  // guards both
  CostBook book_;
  std::vector<FormSummary> summaries_;
};

}  // namespace tensorfs

#endif  // TENSORFS_POLICY_COST_MODEL_H_
