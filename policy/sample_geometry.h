// SPDX-License-Identifier: MIT
// How much there is of a sample at each stage, and the terms that its costs are fitted by. Plain
// values from pure functions.
#ifndef TENSORFS_POLICY_SAMPLE_GEOMETRY_H_
#define TENSORFS_POLICY_SAMPLE_GEOMETRY_H_

#include "codec/form.h"
#include "codec/pipeline.h"
#include "codec/result.h"
#include "codec/tensor_plan.h"
#include "policy/ridge_fit.h"
#include "policy/sample_features.h"

namespace tensorfs {

class SampleGeometry {
 public:
  // `pipeline` must outlive it. Errors: those of TensorPlan::Create.
  static Result<SampleGeometry> Create(const Pipeline& pipeline, const SampleFeatures& sample);

  // The bytes of what a form encodes: the source file, an image or the tensor.
  double ValueBytes(const Form& form) const;

  // What the form's payload is a multiple of, and the terms that the multiple's logarithm is
  // fitted by: how densely the source is compressed, how much the stage shrinks it, and how large
  // the value is.
  double PayloadBasis(const Form& form) const;
  RidgeFit::Row PayloadTerms(const Form& form) const;
  static constexpr RidgeFit::Row kPayloadPrior = {0, 0.4, 0, 0};

  // CPU time from a payload of so many bytes to the tensor, and from the value to the payload: for
  // each sample, byte read, pixel decoded and byte written, in seconds on an ordinary machine.
  RidgeFit::Row DecodeTerms(const Form& form, double payload_bytes) const;
  RidgeFit::Row EncodeTerms(const Form& form, double payload_bytes) const;

 private:
  SampleGeometry(TensorPlan plan, const SampleFeatures& sample);
  double PixelsAt(int stage) const;
  RidgeFit::Row SourceTerms() const;

  TensorPlan plan_;
  SampleFeatures sample_;
  double source_bytes_ = 0;
  double source_pixels_ = 0;
  double window_pixels_ = 0;  // of the source, that the tensor depends on
  double tensor_bytes_ = 0;
};

}  // namespace tensorfs

#endif  // TENSORFS_POLICY_SAMPLE_GEOMETRY_H_
