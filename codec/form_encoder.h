// SPDX-License-Identifier: MIT
// From a value of a sample to the payload that a form keeps of it. Pure functions; thread-safe.
#ifndef TENSORFS_CODEC_FORM_ENCODER_H_
#define TENSORFS_CODEC_FORM_ENCODER_H_

#include <cstdint>
#include <span>
#include <vector>

#include "codec/form.h"
#include "codec/image_header.h"
#include "codec/pipeline.h"
#include "codec/result.h"
#include "codec/tensor_plan.h"

namespace tensorfs {

// The kind of a stage's value.
enum class StageValue : uint8_t { kSourceFile, kImage, kTensor };

StageValue ValueAt(const Pipeline& pipeline, int stage);

// Whether a sample can be kept in the form, as far as its header tells.
bool FormFits(const Form& form, const Pipeline& pipeline, const ImageHeader& source,
              const TensorPlan& plan);

// Whether samples of any source can be kept in the form, as far as the pipeline tells.
// Errors: kInvalidArgument, saying why not.
Result<void> CheckForm(const Form& form, const Pipeline& pipeline);

struct EncodedForm {
  StoredForm stored;
  std::vector<uint8_t> buffer;       // empty if the payload is the value itself
  std::span<const uint8_t> payload;  // in `buffer` or in the value
};

// `value` is the source file, the image's window (TensorPlan::WindowAt) or the tensor, as ValueAt
// says. REQUIRES: FormFits. Errors: kUnsupported if this file cannot be kept so after all, or
// would not be smaller for it (jpeg-crop); those of the encoding.
Result<EncodedForm> EncodeForm(const Form& form, const Pipeline& pipeline,
                               const ImageHeader& source, const TensorPlan& plan,
                               std::span<const uint8_t> value);

}  // namespace tensorfs

#endif  // TENSORFS_CODEC_FORM_ENCODER_H_
