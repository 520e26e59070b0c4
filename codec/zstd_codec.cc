// SPDX-License-Identifier: MIT
// The tensor's bytes as one zstd frame.
#include <memory>

#include "codec/codec_table.h"
#include "codec/zstd_frame.h"

namespace tensorfs {
namespace {

constexpr int kDefaultLevel = 3;

class Zstd : public Codec {
 public:
  Encoding encoding() const override { return Encoding::kZstd; }

 private:
  static int LevelOf(int level) { return level == 0 ? kDefaultLevel : level; }

  bool FitsChecked(const TensorSpec&) const override { return true; }

  Result<std::vector<uint8_t>> EncodeChecked(const TensorSpec&, std::span<const uint8_t> tensor,
                                             int level) const override {
    const size_t bound = ZstdFrameBound(tensor.size());
    const auto frame = std::make_unique_for_overwrite<uint8_t[]>(bound);
    const auto size = ZstdCompress(tensor, LevelOf(level), ZstdMatches::kAll, {frame.get(), bound});
    if (!size) return tl::unexpected(size.error());
    return std::vector<uint8_t>(frame.get(), frame.get() + *size);
  }

  size_t EncodeMemoryBytesChecked(const TensorSpec& spec, int level) const override {
    return 2 * ZstdFrameBound(spec.SizeBytes()) + ZstdCompressMemoryBytes(LevelOf(level));
  }

  size_t DecodeScratchBytesChecked(const TensorSpec&, size_t) const override {
    return kZstdDecompressMemoryBytes;
  }

  Result<void> DecodeChecked(const TensorSpec&, std::span<const uint8_t> payload,
                             std::span<uint8_t> tensor) const override {
    return ZstdDecompress(payload, tensor);
  }
};

}  // namespace

const Codec* ZstdCodec() {
  static const Zstd codec;
  return &codec;
}

}  // namespace tensorfs
