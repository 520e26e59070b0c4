// SPDX-License-Identifier: MIT
#include "codec/tensor_spec.h"

#include <array>
#include <functional>
#include <numeric>

namespace tensorfs {
namespace {

struct DTypeRow {
  DType dtype;
  size_t size_bytes;
  std::string_view name;
};

constexpr std::array<DTypeRow, 4> kDTypes = {{
    {DType::kUint8, 1, "uint8"},
    {DType::kFloat16, 2, "float16"},
    {DType::kBfloat16, 2, "bfloat16"},
    {DType::kFloat32, 4, "float32"},
}};

const DTypeRow& RowOf(DType dtype) { return kDTypes[static_cast<size_t>(dtype)]; }

}  // namespace

size_t SizeOf(DType dtype) { return RowOf(dtype).size_bytes; }

std::string_view NameOf(DType dtype) { return RowOf(dtype).name; }

std::optional<DType> DTypeFromName(std::string_view name) {
  for (const DTypeRow& row : kDTypes) {
    if (row.name == name) return row.dtype;
  }
  return std::nullopt;
}

int64_t TensorSpec::ElementCount() const {
  return std::accumulate(shape.begin(), shape.end(), int64_t{1}, std::multiplies<>());
}

size_t TensorSpec::SizeBytes() const { return static_cast<size_t>(ElementCount()) * SizeOf(dtype); }

std::string TensorSpec::ToString() const {
  std::string text(NameOf(dtype));
  text += '[';
  for (size_t i = 0; i < shape.size(); ++i) {
    if (i > 0) text += ',';
    text += std::to_string(shape[i]);
  }
  return text + ']';
}

}  // namespace tensorfs
