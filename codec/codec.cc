// SPDX-License-Identifier: MIT
#include "codec/codec.h"

#include <algorithm>
#include <array>
#include <string>

#include "codec/codec_table.h"

namespace tensorfs {
namespace {

const std::array<const Codec*, 5>& Table() {
  static const std::array<const Codec*, 5> table = {
      RawCodec(),
      ZstdCodec(),
      ShuffleZstdCodec(),
      PlanarZstdCodec(),
      PngCodec(),
  };
  return table;
}

// So that no size computed from a shape overflows.
constexpr int64_t kMaxTensorBytes = int64_t{1} << 40;

bool HasSaneShape(const TensorSpec& spec) {
  int64_t bytes = static_cast<int64_t>(SizeOf(spec.dtype));
  for (const int64_t extent : spec.shape) {
    if (extent < 0) return false;
    if (extent > 0 && bytes > kMaxTensorBytes / extent) return false;
    bytes *= extent;
  }
  return true;
}

Result<void> CheckTensor(const Codec& codec, const TensorSpec& spec, size_t tensor_bytes) {
  if (!codec.Fits(spec)) {
    return Fail(ErrorCode::kInvalidArgument,
                std::string(NameOf(codec.encoding())) + " cannot encode " + spec.ToString());
  }
  if (tensor_bytes != spec.SizeBytes()) {
    return Fail(ErrorCode::kInvalidArgument,
                spec.ToString() + " has not " + std::to_string(tensor_bytes) + " bytes");
  }
  return {};
}

}  // namespace

bool Codec::Fits(const TensorSpec& spec) const { return HasSaneShape(spec) && FitsChecked(spec); }

Result<std::vector<uint8_t>> Codec::Encode(const TensorSpec& spec, std::span<const uint8_t> tensor,
                                           int level) const {
  const Result<void> checked = CheckTensor(*this, spec, tensor.size());
  if (!checked) return tl::unexpected(checked.error());
  if (level < 0 || level > kMaxZstdLevel) {
    return Fail(ErrorCode::kInvalidArgument, "there is no level " + std::to_string(level));
  }
  return EncodeChecked(spec, tensor, level);
}

size_t Codec::EncodeMemoryBytes(const TensorSpec& spec, int level) const {
  return Fits(spec) ? EncodeMemoryBytesChecked(spec, level) : 0;
}

size_t Codec::DecodeScratchBytes(const TensorSpec& spec, size_t payload_bytes) const {
  return Fits(spec) ? DecodeScratchBytesChecked(spec, payload_bytes) : 0;
}

Result<void> Codec::Decode(const TensorSpec& spec, std::span<const uint8_t> payload,
                           std::span<uint8_t> tensor) const {
  const Result<void> checked = CheckTensor(*this, spec, tensor.size());
  if (!checked) return checked;
  return DecodeChecked(spec, payload, tensor);
}

const Codec* FindCodec(Encoding encoding) {
  const auto& table = Table();
  const auto found = std::find_if(table.begin(), table.end(), [&](const Codec* codec) {
    return codec->encoding() == encoding;
  });
  return found == table.end() ? nullptr : *found;
}

std::span<const Codec* const> AllCodecs() { return Table(); }

}  // namespace tensorfs
