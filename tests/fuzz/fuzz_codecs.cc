// SPDX-License-Identifier: MIT
// The first byte chooses a tensor's spec, the second how many changes of the payload follow, of
// three bytes each: where (2 bytes) and with what. The rest is the tensor's content, and a payload
// as well.
#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "codec/codec.h"
#include "tests/fuzz/png_checksums.h"

namespace tensorfs {
namespace {

using Bytes = std::vector<uint8_t>;

void Require(bool condition) {
  if (!condition) std::abort();
}

const std::vector<TensorSpec>& Specs() {
  static const std::vector<TensorSpec> specs = {
      {DType::kUint8, {5, 7, 3}},    {DType::kUint8, {40, 33, 1}},  {DType::kUint8, {3, 6, 50}},
      {DType::kUint8, {64, 100, 3}}, {DType::kUint8, {3, 3000, 1}}, {DType::kFloat32, {3, 4, 5}},
      {DType::kBfloat16, {400}},     {DType::kFloat16, {0}},
  };
  return specs;
}

// In blocks of the exact sizes, so that an access beside them is seen.
std::optional<Bytes> Decode(const Codec& codec, const TensorSpec& spec,
                            std::span<const uint8_t> payload) {
  const auto exact = std::make_unique<uint8_t[]>(payload.size());
  std::copy(payload.begin(), payload.end(), exact.get());
  const auto tensor = std::make_unique<uint8_t[]>(spec.SizeBytes());
  if (!codec.Decode(spec, {exact.get(), payload.size()}, {tensor.get(), spec.SizeBytes()})) {
    return std::nullopt;
  }
  return Bytes(tensor.get(), tensor.get() + spec.SizeBytes());
}

void Change(std::span<const uint8_t> changes, Bytes& payload) {
  for (; changes.size() >= 3 && !payload.empty(); changes = changes.subspan(3)) {
    payload[(changes[0] << 8 | changes[1]) % payload.size()] = changes[2];
  }
}

void CheckCodec(const Codec& codec, const TensorSpec& spec, std::span<const uint8_t> changes,
                std::span<const uint8_t> content) {
  Bytes tensor(spec.SizeBytes());
  for (size_t i = 0; i < tensor.size() && !content.empty(); ++i) {
    tensor[i] = content[i % content.size()];
  }
  auto payload = codec.Encode(spec, tensor);
  Require(payload.has_value());
  Require(Decode(codec, spec, *payload) == tensor);

  Change(changes, *payload);
  if (codec.encoding() == Encoding::kPng) CorrectPngChecksums(payload->data(), payload->size());
  Decode(codec, spec, *payload);
  Decode(codec, spec, content);
}

}  // namespace
}  // namespace tensorfs

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size < 2) return 0;
  const tensorfs::TensorSpec& spec = tensorfs::Specs()[data[0] % tensorfs::Specs().size()];
  const std::span<const uint8_t> rest(data + 2, size - 2);
  const size_t change_bytes = std::min(size_t{3} * (data[1] % 8), rest.size());
  for (const tensorfs::Codec* codec : tensorfs::AllCodecs()) {
    if (!codec->Fits(spec)) continue;
    tensorfs::CheckCodec(*codec, spec, rest.first(change_bytes), rest.subspan(change_bytes));
  }
  return 0;
}
