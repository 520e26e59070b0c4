// SPDX-License-Identifier: MIT
// What a tensor is apart from its bytes: element type and shape. Plain values.
#ifndef TENSORFS_CODEC_TENSOR_SPEC_H_
#define TENSORFS_CODEC_TENSOR_SPEC_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tensorfs {

// The values are stored on disk: never change one, only add.
enum class DType : uint8_t {
  kUint8 = 0,
  kFloat16 = 1,
  kBfloat16 = 2,
  kFloat32 = 3,
};

size_t SizeOf(DType dtype);            // bytes of one element
std::string_view NameOf(DType dtype);  // "uint8", "float16", "bfloat16", "float32"
std::optional<DType> DTypeFromName(std::string_view name);

// Elements stand in row-major order without gaps, multi-byte elements little-endian.
struct TensorSpec {
  DType dtype = DType::kUint8;
  std::vector<int64_t> shape;

  int64_t ElementCount() const;
  size_t SizeBytes() const;
  std::string ToString() const;  // "uint8[224,224,3]"

  bool operator==(const TensorSpec&) const = default;
};

}  // namespace tensorfs

#endif  // TENSORFS_CODEC_TENSOR_SPEC_H_
