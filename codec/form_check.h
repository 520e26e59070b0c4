// SPDX-License-Identifier: MIT
// Whether a payload gives the final tensor that it was made for, and what finding that out takes.
// Pure functions; thread-safe.
#ifndef TENSORFS_CODEC_FORM_CHECK_H_
#define TENSORFS_CODEC_FORM_CHECK_H_

#include <cstddef>
#include <cstdint>
#include <span>

#include "codec/form.h"
#include "codec/form_encoder.h"
#include "codec/image_header.h"
#include "codec/pipeline.h"
#include "codec/result.h"
#include "codec/tensor_plan.h"

namespace tensorfs {

// The hash of a final tensor's own bytes that CheckPayload compares with.
uint64_t TensorHash(std::span<const uint8_t> tensor);

// Decodes the payload as a later read will and compares the final tensor's hash.
// Errors: kCorrupt if it gives another tensor or none; kTooLarge if memory runs out.
Result<void> CheckPayload(const Pipeline& pipeline, const EncodedForm& encoded,
                          uint64_t tensor_hash);

// Upper bound of the bytes that EncodeForm and then CheckPayload allocate, for a value of
// `value_bytes`. REQUIRES: FormFits.
size_t EncodeAndCheckMemoryBytes(const Form& form, const Pipeline& pipeline,
                                 const ImageHeader& source, const TensorPlan& plan,
                                 size_t value_bytes);

}  // namespace tensorfs

#endif  // TENSORFS_CODEC_FORM_CHECK_H_
