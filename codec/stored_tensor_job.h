// SPDX-License-Identifier: MIT
// One sample's way from a stored payload to its final tensor: planned from what is kept beside the
// payload alone, so that its memory is known before the payload is read, then run once.
#ifndef TENSORFS_CODEC_STORED_TENSOR_JOB_H_
#define TENSORFS_CODEC_STORED_TENSOR_JOB_H_

#include <cstddef>
#include <cstdint>
#include <span>
#include <utility>

#include "codec/form.h"
#include "codec/pipeline.h"
#include "codec/result.h"
#include "codec/tensor_plan.h"
#include "codec/tensor_spec.h"

namespace tensorfs {

class StoredTensorJob {
 public:
  // `pipeline` must outlive the job. Errors: kInvalidArgument if the payload is of no use to this
  // pipeline: it was made by other steps, or holds too little of the image; those of TensorPlan.
  static Result<StoredTensorJob> Create(const Pipeline& pipeline, const StoredForm& stored,
                                        size_t payload_bytes);

  const TensorPlan& plan() const { return plan_; }
  const TensorSpec& spec() const { return plan_.spec(); }

  // Whether the payload is the tensor's own bytes, so that they can be read to their place.
  bool payload_is_tensor() const { return is_final_ && stored_.form.encoding == Encoding::kRaw; }

  // Upper bound of the bytes that Run allocates, its arguments not included.
  size_t scratch_bytes() const;

  // REQUIRES: out.size() == spec().SizeBytes(). Errors: kCorrupt and others where the payload is
  // not what it is said to be; `out` then holds no particular bytes. Thread-safe.
  Result<void> Run(std::span<const uint8_t> payload, std::span<uint8_t> out,
                   StageCopy* copy = nullptr) const;

 private:
  StoredTensorJob(TensorPlan plan, const StoredForm& stored, size_t payload_bytes, bool is_final)
      : plan_(std::move(plan)),
        stored_(stored),
        payload_bytes_(payload_bytes),
        is_final_(is_final) {}

  Result<Image> DecodeCutJpeg(std::span<const uint8_t> payload) const;
  Result<Image> DecodeStageImage(std::span<const uint8_t> payload) const;

  TensorPlan plan_;
  StoredForm stored_;
  size_t payload_bytes_;
  bool is_final_;
};

}  // namespace tensorfs

#endif  // TENSORFS_CODEC_STORED_TENSOR_JOB_H_
