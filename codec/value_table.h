// SPDX-License-Identifier: MIT
// All steps on the tensor (PILToTensor, ToTensor, ConvertImageDtype, Normalize) in one: what each
// of the 256 values of a pixel becomes in each channel, computed with the operations, and their
// order, of torchvision on the CPU. Immutable and thread-safe.
#ifndef TENSORFS_CODEC_VALUE_TABLE_H_
#define TENSORFS_CODEC_VALUE_TABLE_H_

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "codec/step.h"
#include "codec/tensor_spec.h"

namespace tensorfs {

class ValueTable {
 public:
  // Leaves uint8 values as they are.
  ValueTable() = default;

  // REQUIRES: Pipeline::Create accepts the steps. Steps on pixels are passed over.
  ValueTable(std::span<const Step> steps, int channels);

  DType dtype() const { return dtype_; }

  // Whether the tensor holds the pixels' own bytes.
  bool is_identity() const { return entries_.empty(); }

  // The 256 elements, of SizeOf(dtype()) bytes each, of a channel. REQUIRES: !is_identity().
  const uint8_t* Channel(int channel) const {
    return entries_.data() + static_cast<size_t>(channel) * 256 * SizeOf(dtype_);
  }

 private:
  DType dtype_ = DType::kUint8;
  std::vector<uint8_t> entries_;
};

}  // namespace tensorfs

#endif  // TENSORFS_CODEC_VALUE_TABLE_H_
