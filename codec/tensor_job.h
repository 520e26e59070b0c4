// SPDX-License-Identifier: MIT
// One sample's way from source bytes to its final tensor: planned from the header alone, so that
// its memory is known before any of it is used, then run once.
#ifndef TENSORFS_CODEC_TENSOR_JOB_H_
#define TENSORFS_CODEC_TENSOR_JOB_H_

#include <cstddef>
#include <cstdint>
#include <span>
#include <utility>

#include "codec/image.h"
#include "codec/image_header.h"
#include "codec/pipeline.h"
#include "codec/result.h"
#include "codec/tensor_plan.h"
#include "codec/tensor_spec.h"

namespace tensorfs {

class TensorJob {
 public:
  // `pipeline` must outlive the job. Errors: those of TensorPlan::Create.
  static Result<TensorJob> Create(const Pipeline& pipeline, const ImageHeader& header);

  const TensorPlan& plan() const { return plan_; }
  const TensorSpec& spec() const { return plan_.spec(); }

  // The source pixels that the final tensor depends on.
  const Rect& source_window() const { return plan_.WindowAt(TensorPlan::kDecodeStage); }

  // Upper bound of the bytes Run allocates; `file`, `out` and the copy not included.
  size_t scratch_bytes() const;

  // Decodes, converts and resamples what the tensor needs and writes it to `out`.
  // REQUIRES: `file` starts with the header's bytes; out.size() == spec().SizeBytes().
  // Errors: those of DecodeImage; `out` then holds no particular bytes. Thread-safe.
  Result<void> Run(std::span<const uint8_t> file, std::span<uint8_t> out,
                   StageCopy* copy = nullptr) const;

 private:
  TensorJob(TensorPlan plan, const ImageHeader& header) : plan_(std::move(plan)), header_(header) {}

  TensorPlan plan_;
  ImageHeader header_;
};

}  // namespace tensorfs

#endif  // TENSORFS_CODEC_TENSOR_JOB_H_
