// SPDX-License-Identifier: MIT
// The forms in which a sample can be kept: a stage of its pipeline and an encoding of the value
// there. Every form gives the same final tensor. Plain values and pure functions.
#ifndef TENSORFS_CODEC_FORM_H_
#define TENSORFS_CODEC_FORM_H_

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "codec/image.h"
#include "codec/pipeline.h"
#include "codec/result.h"

namespace tensorfs {

// The values are stored on disk: never change one, only add.
enum class Encoding : uint8_t {
  kOriginal = 0,     // the source file itself; nothing is stored
  kJpegCrop = 1,     // the part of a JPEG file that the pipeline needs, cut without loss
  kRaw = 2,          // the bytes as they are
  kZstd = 3,         //
  kShuffleZstd = 4,  // the bytes of each element apart, then zstd
  kPlanarZstd = 5,   // uint8 images: predicted from neighbours, planes apart, then zstd
  kPng = 6,          // uint8 images
};

std::string_view NameOf(Encoding encoding);  // "original", "jpeg-crop", …
std::optional<Encoding> EncodingFromName(std::string_view name);

inline constexpr int kMaxZstdLevel = 19;  // those above need more memory to decode

// Stage 0 is the source file's bytes, stage 1 the decoded image, then one stage for each step on
// pixels; the last is the final tensor. Where the final tensor has the bytes of the image before
// it (uint8, channels last) these are one stage.
struct Form {
  int stage = 0;
  Encoding encoding = Encoding::kOriginal;
  int level = 0;  // of zstd; 0: the encoding's default

  bool operator==(const Form&) const = default;
};

// "source", "decode", then the names of the steps on pixels ("resize", "center-crop", "pad",
// "grayscale"; the second of a kind "pad-2"), and "final" for the last stage.
std::vector<std::string> StageNames(const Pipeline& pipeline);

// The number of the last stage.
int FinalStage(const Pipeline& pipeline);

// A hash of all that decides the value at a stage: equal for pipelines whose steps up to there are
// equal. The values are stored on disk. REQUIRES: stage > 0.
uint64_t StageFingerprint(const Pipeline& pipeline, int stage);
// The same for a part of the source file that has all of the pixels in `window`, and these exactly.
uint64_t SourceFingerprint(const Rect& window);

// "STAGE:ENCODING" or, for zstd's encodings, "STAGE:ENCODING-LEVEL" with a level from 1 to 19.
// Errors: kInvalidArgument, listing what there is.
Result<Form> ParseForm(std::string_view text, const Pipeline& pipeline);
std::string ToString(const Form& form, const Pipeline& pipeline);

// What is kept beside a payload, so that it can be turned into the final tensor of any pipeline
// that agrees with the one it was made for up to the form's stage.
struct StoredForm {
  Form form;
  uint64_t stage_fingerprint = 0;
  ImageSize source_size;  // of the whole source image
  // The part of the stage's whole image that the payload shows; for a cut JPEG in source
  // coordinates. Empty where the value is no image.
  Rect window;

  bool operator==(const StoredForm&) const = default;
};

}  // namespace tensorfs

#endif  // TENSORFS_CODEC_FORM_H_
