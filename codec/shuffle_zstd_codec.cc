// SPDX-License-Identifier: MIT
// The first bytes of all elements, then the second ones and so on, as one zstd frame: the sign and
// exponent of numbers near each other are alike, their last bits are not.
#include <memory>

#include "codec/codec_table.h"
#include "codec/plane_kernels.h"
#include "codec/zstd_frame.h"

namespace tensorfs {
namespace {

constexpr int kDefaultLevel = 3;

class ShuffleZstd : public Codec {
 public:
  Encoding encoding() const override { return Encoding::kShuffleZstd; }

 private:
  static int LevelOf(int level) { return level == 0 ? kDefaultLevel : level; }

  // With one byte an element it would be zstd by another name.
  bool FitsChecked(const TensorSpec& spec) const override { return SizeOf(spec.dtype) > 1; }

  Result<std::vector<uint8_t>> EncodeChecked(const TensorSpec& spec,
                                             std::span<const uint8_t> tensor,
                                             int level) const override {
    const auto planes = std::make_unique_for_overwrite<uint8_t[]>(tensor.size());
    SplitElements(tensor, SizeOf(spec.dtype), planes.get());
    const size_t bound = ZstdFrameBound(tensor.size());
    const auto frame = std::make_unique_for_overwrite<uint8_t[]>(bound);
    const auto size = ZstdCompress({planes.get(), tensor.size()}, LevelOf(level), ZstdMatches::kAll,
                                   {frame.get(), bound});
    if (!size) return tl::unexpected(size.error());
    return std::vector<uint8_t>(frame.get(), frame.get() + *size);
  }

  size_t EncodeMemoryBytesChecked(const TensorSpec& spec, int level) const override {
    return spec.SizeBytes() + 2 * ZstdFrameBound(spec.SizeBytes()) +
           ZstdCompressMemoryBytes(LevelOf(level));
  }

  size_t DecodeScratchBytesChecked(const TensorSpec& spec, size_t) const override {
    return spec.SizeBytes() + kZstdDecompressMemoryBytes;
  }

  Result<void> DecodeChecked(const TensorSpec& spec, std::span<const uint8_t> payload,
                             std::span<uint8_t> tensor) const override {
    const auto planes = std::make_unique_for_overwrite<uint8_t[]>(tensor.size());
    const auto decompressed = ZstdDecompress(payload, {planes.get(), tensor.size()});
    if (!decompressed) return decompressed;
    JoinElements(planes.get(), SizeOf(spec.dtype), tensor);
    return {};
  }
};

}  // namespace

const Codec* ShuffleZstdCodec() {
  static const ShuffleZstd codec;
  return &codec;
}

}  // namespace tensorfs
