// SPDX-License-Identifier: MIT
#include "codec/tensor_job.h"

#include <algorithm>

#include "codec/image_decoder.h"

namespace tensorfs {

Result<TensorJob> TensorJob::Create(const Pipeline& pipeline, const ImageHeader& header) {
  auto plan = TensorPlan::Create(pipeline, header.size);
  if (!plan) return tl::unexpected(plan.error());
  return TensorJob(*std::move(plan), header);
}

size_t TensorJob::scratch_bytes() const {
  return std::max(DecodeMemoryBytes(header_, source_window()),
                  plan_.RunMemoryBytes(TensorPlan::kDecodeStage));
}

Result<void> TensorJob::Run(std::span<const uint8_t> file, std::span<uint8_t> out,
                            StageCopy* copy) const {
  auto image = DecodeImage(file, header_, source_window());
  if (!image) return tl::unexpected(image.error());
  plan_.Run(TensorPlan::kDecodeStage, *std::move(image), out, copy);
  return {};
}

}  // namespace tensorfs
