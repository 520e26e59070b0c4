// SPDX-License-Identifier: MIT
// Lossless encodings of a tensor's bytes. A new one is one .cc and one line in the table of
// codec.cc, and passes tests/codec/codec_conformance_test.cc. Codecs have no state: any number of
// threads may share one.
#ifndef TENSORFS_CODEC_CODEC_H_
#define TENSORFS_CODEC_CODEC_H_

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "codec/form.h"
#include "codec/result.h"
#include "codec/tensor_spec.h"

namespace tensorfs {

class Codec {
 public:
  virtual ~Codec() = default;

  virtual Encoding encoding() const = 0;

  // Whether tensors of this type and shape can be encoded; a fast answer from the spec alone.
  bool Fits(const TensorSpec& spec) const;

  // Returns the payload that Decode turns back into `tensor`. Level 0 is the encoding's default;
  // those that have no levels take any. Errors: kInvalidArgument if the spec does not fit, the
  // tensor has not its size or the level is not in 0…kMaxZstdLevel; kTooLarge if memory runs out.
  Result<std::vector<uint8_t>> Encode(const TensorSpec& spec, std::span<const uint8_t> tensor,
                                      int level = 0) const;

  // Upper bounds of the bytes that Encode allocates, its result included, and that Decode does.
  // What a thread keeps for its next call counts as well.
  size_t EncodeMemoryBytes(const TensorSpec& spec, int level = 0) const;
  size_t DecodeScratchBytes(const TensorSpec& spec, size_t payload_bytes) const;

  // Fills `tensor`. A payload is trusted in nothing, but only its damage that breaks the encoding's
  // own rules is found: whoever keeps payloads has to keep checksums.
  // Errors: kInvalidArgument if the spec does not fit or the tensor has not its size; kCorrupt if
  // this is not exactly one payload of a tensor of that size: `tensor` then holds no particular
  // bytes; kTooLarge if memory runs out.
  Result<void> Decode(const TensorSpec& spec, std::span<const uint8_t> payload,
                      std::span<uint8_t> tensor) const;

 private:
  // As above, with arguments that have been checked.
  virtual bool FitsChecked(const TensorSpec& spec) const = 0;
  virtual Result<std::vector<uint8_t>> EncodeChecked(const TensorSpec& spec,
                                                     std::span<const uint8_t> tensor,
                                                     int level) const = 0;
  virtual size_t EncodeMemoryBytesChecked(const TensorSpec& spec, int level) const = 0;
  virtual size_t DecodeScratchBytesChecked(const TensorSpec& spec, size_t payload_bytes) const = 0;
  virtual Result<void> DecodeChecked(const TensorSpec& spec, std::span<const uint8_t> payload,
                                     std::span<uint8_t> tensor) const = 0;
};

// Null for the encodings of source files, original and jpeg-crop, which are not of tensors.
const Codec* FindCodec(Encoding encoding);

std::span<const Codec* const> AllCodecs();

}  // namespace tensorfs

#endif  // TENSORFS_CODEC_CODEC_H_
