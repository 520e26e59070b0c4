// SPDX-License-Identifier: MIT
#include "codec/form_encoder.h"

#include <utility>

#include "codec/codec.h"
#include "codec/jpeg_crop.h"

namespace tensorfs {
namespace {

TensorSpec SpecAt(const Pipeline& pipeline, const TensorPlan& plan, int stage) {
  return ValueAt(pipeline, stage) == StageValue::kTensor ? plan.spec() : plan.ImageSpecAt(stage);
}

Result<EncodedForm> CutSource(const Form& form, const ImageHeader& source, const TensorPlan& plan,
                              std::span<const uint8_t> file) {
  const Rect& window = plan.WindowAt(TensorPlan::kDecodeStage);
  Result<JpegCrop> crop = CropJpeg(file, source, window);
  if (!crop) return tl::unexpected(crop.error());
  EncodedForm encoded{.stored = {.form = form,
                                 .stage_fingerprint = SourceFingerprint(window),
                                 .source_size = source.size,
                                 .window = crop->window},
                      .buffer = std::move(crop->bytes),
                      .payload = {}};
  encoded.payload = encoded.buffer;
  return encoded;
}

}  // namespace

StageValue ValueAt(const Pipeline& pipeline, int stage) {
  if (stage == 0) return StageValue::kSourceFile;
  return stage == FinalStage(pipeline) ? StageValue::kTensor : StageValue::kImage;
}

bool FormFits(const Form& form, const Pipeline& pipeline, const ImageHeader& source,
              const TensorPlan& plan) {
  if (form.encoding == Encoding::kOriginal) return true;
  if (form.encoding == Encoding::kJpegCrop) return source.format == ImageFormat::kJpeg;
  const Codec* codec = FindCodec(form.encoding);
  return codec != nullptr && codec->Fits(SpecAt(pipeline, plan, form.stage));
}

// Tried on a source of some size: which encodings fit depends on a tensor's type and order alone.
Result<void> CheckForm(const Form& form, const Pipeline& pipeline) {
  constexpr ImageSize kSomeSize = {1024, 768};
  const Result<TensorPlan> plan = TensorPlan::Create(pipeline, kSomeSize);
  if (!plan || FormFits(form, pipeline, {ImageFormat::kJpeg, kSomeSize, 3, false}, *plan))
    return {};
  return Fail(ErrorCode::kInvalidArgument, "no sample can be kept as " + ToString(form, pipeline) +
                                               ": the encoding does not take " +
                                               SpecAt(pipeline, *plan, form.stage).ToString());
}

Result<EncodedForm> EncodeForm(const Form& form, const Pipeline& pipeline,
                               const ImageHeader& source, const TensorPlan& plan,
                               std::span<const uint8_t> value) {
  if (form.encoding == Encoding::kJpegCrop) return CutSource(form, source, plan, value);
  StoredForm stored{.form = form,
                    .stage_fingerprint = StageFingerprint(pipeline, form.stage),
                    .source_size = source.size,
                    .window = {}};
  // Also where the image is this pipeline's final tensor: another's may go on from there.
  if (form.stage <= plan.last_image_stage()) stored.window = plan.WindowAt(form.stage);
  if (form.encoding == Encoding::kRaw) {
    return EncodedForm{.stored = stored, .buffer = {}, .payload = value};
  }
  const Codec* codec = FindCodec(form.encoding);
  if (codec == nullptr) return Fail(ErrorCode::kUnsupported, "nothing is stored for this form");
  auto payload = codec->Encode(SpecAt(pipeline, plan, form.stage), value, form.level);
  if (!payload) return tl::unexpected(payload.error());
  EncodedForm encoded{.stored = stored, .buffer = *std::move(payload), .payload = {}};
  encoded.payload = encoded.buffer;
  return encoded;
}

}  // namespace tensorfs
