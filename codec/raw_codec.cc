// SPDX-License-Identifier: MIT
#include <cstring>

#include "codec/codec_table.h"

namespace tensorfs {
namespace {

class Raw : public Codec {
 public:
  Encoding encoding() const override { return Encoding::kRaw; }

 private:
  bool FitsChecked(const TensorSpec&) const override { return true; }

  Result<std::vector<uint8_t>> EncodeChecked(const TensorSpec&, std::span<const uint8_t> tensor,
                                             int) const override {
    return std::vector<uint8_t>(tensor.begin(), tensor.end());
  }

  size_t EncodeMemoryBytesChecked(const TensorSpec& spec, int) const override {
    return spec.SizeBytes();
  }

  size_t DecodeScratchBytesChecked(const TensorSpec&, size_t) const override { return 0; }

  Result<void> DecodeChecked(const TensorSpec&, std::span<const uint8_t> payload,
                             std::span<uint8_t> tensor) const override {
    if (payload.size() != tensor.size()) {
      return Fail(ErrorCode::kCorrupt, "raw: the payload has not the tensor's size");
    }
    if (!payload.empty()) std::memcpy(tensor.data(), payload.data(), payload.size());
    return {};
  }
};

}  // namespace

const Codec* RawCodec() {
  static const Raw codec;
  return &codec;
}

}  // namespace tensorfs
