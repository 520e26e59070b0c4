// SPDX-License-Identifier: MIT
#include "codec/stored_tensor_job.h"

#include <algorithm>
#include <string>

#include "codec/codec.h"
#include "codec/image_decoder.h"
#include "codec/image_header.h"

namespace tensorfs {
namespace {

bool Contains(const Rect& outer, const Rect& inner) {
  return outer.left <= inner.left && outer.top <= inner.top && outer.right >= inner.right &&
         outer.bottom >= inner.bottom;
}

// In coordinates that begin at `origin`.
Rect Relative(const Rect& rect, const Rect& origin) {
  return {rect.left - origin.left, rect.top - origin.top, rect.right - origin.left,
          rect.bottom - origin.top};
}

// What a cut JPEG is at most: baseline, of up to four components.
ImageHeader CutJpegHeader(ImageSize size) {
  return {.format = ImageFormat::kJpeg, .size = size, .components = 4, .multi_scan = false};
}

tl::unexpected<Error> Useless(const char* reason) {
  return Fail(ErrorCode::kInvalidArgument, std::string("the stored form is of no use: ") + reason);
}

// REQUIRES: the stage is one of the pipeline.
Result<void> CheckUsable(const Pipeline& pipeline, const TensorPlan& plan,
                         const StoredForm& stored) {
  const int stage = stored.form.stage;
  if (stage == 0) {
    const Rect& needed = plan.WindowAt(TensorPlan::kDecodeStage);
    if (stored.stage_fingerprint == SourceFingerprint(needed) && Contains(stored.window, needed)) {
      return {};
    }
    return Useless("it holds another part of the source");
  }
  if (stored.stage_fingerprint != StageFingerprint(pipeline, stage)) {
    return Useless("it was made by other steps");
  }
  if (stage == FinalStage(pipeline) || stored.window == plan.WindowAt(stage)) return {};
  return Useless("it holds another part of the image");
}

}  // namespace

Result<StoredTensorJob> StoredTensorJob::Create(const Pipeline& pipeline, const StoredForm& stored,
                                                size_t payload_bytes) {
  const int final_stage = FinalStage(pipeline);
  if (stored.form.stage < 0 || stored.form.stage > final_stage) {
    return Useless("it was made by more steps");
  }
  Result<TensorPlan> plan = TensorPlan::Create(pipeline, stored.source_size);
  if (!plan) return tl::unexpected(plan.error());
  const Result<void> usable = CheckUsable(pipeline, *plan, stored);
  if (!usable) return tl::unexpected(usable.error());
  return StoredTensorJob(*std::move(plan), stored, payload_bytes, stored.form.stage == final_stage);
}

size_t StoredTensorJob::scratch_bytes() const {
  const int stage = stored_.form.stage;
  if (stage == 0) {
    const Rect& window = plan_.WindowAt(TensorPlan::kDecodeStage);
    return std::max(
        DecodeMemoryBytes(CutJpegHeader(stored_.window.size()), Relative(window, stored_.window)),
        plan_.RunMemoryBytes(TensorPlan::kDecodeStage));
  }
  const Codec* codec = FindCodec(stored_.form.encoding);
  if (codec == nullptr) return 0;
  if (is_final_) return codec->DecodeScratchBytes(spec(), payload_bytes_);
  return codec->DecodeScratchBytes(plan_.ImageSpecAt(stage), payload_bytes_) +
         plan_.RunMemoryBytes(stage);
}

Result<Image> StoredTensorJob::DecodeCutJpeg(std::span<const uint8_t> payload) const {
  const Result<ImageHeader> header = ReadImageHeader(payload);
  if (!header) return tl::unexpected(header.error());
  if (header->format != ImageFormat::kJpeg || header->size != stored_.window.size() ||
      header->multi_scan) {
    return Fail(ErrorCode::kCorrupt, "the stored JPEG is not the one that was cut");
  }
  const Rect& window = plan_.WindowAt(TensorPlan::kDecodeStage);
  Result<Image> image = DecodeImage(payload, *header, Relative(window, stored_.window));
  if (image) image->MoveTo(window.left, window.top);
  return image;
}

Result<Image> StoredTensorJob::DecodeStageImage(std::span<const uint8_t> payload) const {
  const int stage = stored_.form.stage;
  const Codec* codec = FindCodec(stored_.form.encoding);
  if (codec == nullptr) return Fail(ErrorCode::kCorrupt, "no encoding of images");
  Image image(plan_.WindowAt(stage), plan_.ChannelsAt(stage));
  const Result<void> decoded = codec->Decode(plan_.ImageSpecAt(stage), payload, image.bytes());
  if (!decoded) return tl::unexpected(decoded.error());
  return image;
}

Result<void> StoredTensorJob::Run(std::span<const uint8_t> payload, std::span<uint8_t> out,
                                  StageCopy* copy) const {
  if (is_final_) {
    const Codec* codec = FindCodec(stored_.form.encoding);
    if (codec == nullptr) return Fail(ErrorCode::kCorrupt, "no encoding of tensors");
    return codec->Decode(spec(), payload, out);
  }
  const bool is_source = stored_.form.stage == 0;
  Result<Image> image = is_source ? DecodeCutJpeg(payload) : DecodeStageImage(payload);
  if (!image) return tl::unexpected(image.error());
  plan_.Run(is_source ? TensorPlan::kDecodeStage : stored_.form.stage, *std::move(image), out,
            copy);
  return {};
}

}  // namespace tensorfs
