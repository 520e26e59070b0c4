// SPDX-License-Identifier: MIT
// One sample's way from source bytes to its final tensor: planned from the header alone, so that
// its memory is known before any of it is used, then run once.
#ifndef TENSORFS_CODEC_TENSOR_JOB_H_
#define TENSORFS_CODEC_TENSOR_JOB_H_

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "codec/image.h"
#include "codec/image_header.h"
#include "codec/pipeline.h"
#include "codec/result.h"
#include "codec/tensor_spec.h"

namespace tensorfs {

class TensorJob {
 public:
  // Walks the pipeline backwards from the final tensor to the rectangle of source pixels that it
  // depends on. `pipeline` must outlive the job. Errors: those of Pipeline::SpecFor.
  static Result<TensorJob> Create(const Pipeline& pipeline, const ImageHeader& header);

  const TensorSpec& spec() const { return spec_; }

  // The source pixels that the final tensor depends on.
  const Rect& source_window() const { return source_window_; }

  // Upper bound of the bytes Run allocates, `file` and `out` not included.
  size_t scratch_bytes() const { return scratch_bytes_; }

  // Decodes, converts and resamples what the tensor needs and writes it to `out`.
  // REQUIRES: `file` starts with the header's bytes; out.size() == spec().SizeBytes().
  // Errors: those of DecodeImage; `out` then holds no particular bytes. Thread-safe.
  Result<void> Run(std::span<const uint8_t> file, std::span<uint8_t> out) const;

 private:
  // A step on an image of size `input`, to make the `window` of its result.
  struct Stage {
    const Step* step;
    ImageSize input;
    Rect window;
  };

  TensorJob(const Pipeline& pipeline, const ImageHeader& header)
      : pipeline_(&pipeline), header_(header) {}

  void PlanStages();
  void CountScratchBytes();

  const Pipeline* pipeline_;
  ImageHeader header_;
  TensorSpec spec_;
  std::vector<Stage> stages_;
  Rect source_window_;
  size_t scratch_bytes_ = 0;
};

}  // namespace tensorfs

#endif  // TENSORFS_CODEC_TENSOR_JOB_H_
