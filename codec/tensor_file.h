// SPDX-License-Identifier: MIT
// The file formats in which a tensor is presented. A layout is computed from the spec alone, so a
// file's exact size is known before any sample is read. Immutable and thread-safe.
#ifndef TENSORFS_CODEC_TENSOR_FILE_H_
#define TENSORFS_CODEC_TENSOR_FILE_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "codec/pipeline.h"
#include "codec/result.h"
#include "codec/tensor_spec.h"

namespace tensorfs {

enum class TensorFileFormat : uint8_t { kNpy, kRaw, kSafetensors, kPpm, kBmp };

std::string_view NameOf(TensorFileFormat format);  // "npy", …; also the file name's extension
std::optional<TensorFileFormat> TensorFileFormatFromName(std::string_view name);

// Whether every tensor of the pipeline can be written in the format. Errors: kInvalidArgument with
// the reason (NumPy has no bfloat16; ppm and bmp take uint8 images, channels last, only).
Result<void> CheckPresentable(TensorFileFormat format, const Pipeline& pipeline);

class TensorFileLayout {
 public:
  // REQUIRES: CheckPresentable accepted the pipeline that `spec` comes from.
  // Errors: kTooLarge if the format cannot express the size.
  static Result<TensorFileLayout> Create(TensorFileFormat format, const TensorSpec& spec);

  size_t file_bytes() const { return file_bytes_; }

  // Where the tensor's own bytes are to be put in the file's buffer before Finish.
  size_t tensor_offset() const { return header_.size(); }
  size_t tensor_bytes() const { return spec_.SizeBytes(); }

  // Whether the tensor's own bytes still stand there after Finish.
  bool keeps_tensor() const { return format_ != TensorFileFormat::kBmp; }

  // Bytes that Finish allocates for a moment.
  size_t finish_scratch_bytes() const;

  // Makes the file complete: writes the header and, for bmp, reorders the pixels.
  // REQUIRES: file.size() == file_bytes(), the tensor stands at tensor_offset().
  void Finish(std::span<uint8_t> file) const;

  // The tensor's own bytes out of a complete file.
  // REQUIRES: file.size() == file_bytes(), tensor.size() == tensor_bytes().
  void ReadTensor(std::span<const uint8_t> file, std::span<uint8_t> tensor) const;

 private:
  TensorFileFormat format_ = TensorFileFormat::kNpy;
  TensorSpec spec_;
  std::string header_;
  size_t file_bytes_ = 0;
};

}  // namespace tensorfs

#endif  // TENSORFS_CODEC_TENSOR_FILE_H_
