// SPDX-License-Identifier: MIT
#include "codec/form_check.h"

#include <memory>
#include <new>
#include <string>

#include "codec/codec.h"
#include "codec/hash.h"
#include "codec/jpeg_crop.h"
#include "codec/stored_tensor_job.h"

namespace tensorfs {
namespace {

tl::unexpected<Error> Differs(const std::string& how) {
  return Fail(ErrorCode::kCorrupt, "the encoded payload " + how);
}

Result<void> Compare(std::span<const uint8_t> tensor, uint64_t tensor_hash) {
  if (TensorHash(tensor) == tensor_hash) return {};
  return Differs("gives another tensor");
}

// Its result and, where that takes more at once, its scratch. For an encoding of tensors.
size_t EncodeBytes(const Form& form, const Pipeline& pipeline, const TensorPlan& plan) {
  const Codec* codec = FindCodec(form.encoding);
  if (codec == nullptr || form.encoding == Encoding::kRaw) return 0;
  const bool is_tensor = ValueAt(pipeline, form.stage) == StageValue::kTensor;
  const TensorSpec spec = is_tensor ? plan.spec() : plan.ImageSpecAt(form.stage);
  return codec->EncodeMemoryBytes(spec, form.level);
}

}  // namespace

uint64_t TensorHash(std::span<const uint8_t> tensor) {
  return Hash64({reinterpret_cast<const char*>(tensor.data()), tensor.size()});
}

Result<void> CheckPayload(const Pipeline& pipeline, const EncodedForm& encoded,
                          uint64_t tensor_hash) try {
  const auto job = StoredTensorJob::Create(pipeline, encoded.stored, encoded.payload.size());
  if (!job) return Differs("cannot be used: " + job.error().message);
  const size_t tensor_bytes = job->spec().SizeBytes();
  if (job->payload_is_tensor()) return Compare(encoded.payload, tensor_hash);
  const auto tensor = std::make_unique_for_overwrite<uint8_t[]>(tensor_bytes);
  const std::span<uint8_t> bytes(tensor.get(), tensor_bytes);
  const Result<void> decoded = job->Run(encoded.payload, bytes);
  if (decoded) return Compare(bytes, tensor_hash);
  if (decoded.error().code == ErrorCode::kTooLarge) return decoded;
  return Differs("cannot be decoded: " + decoded.error().message);
} catch (const std::bad_alloc&) {
  return Fail(ErrorCode::kTooLarge, "the system is out of memory");
}

size_t EncodeAndCheckMemoryBytes(const Form& form, const Pipeline& pipeline,
                                 const ImageHeader& source, const TensorPlan& plan,
                                 size_t value_bytes) {
  StoredForm stored{.form = form, .source_size = source.size, .window = Rect::Whole(source.size)};
  size_t encode_bytes = 0;
  if (form.stage == 0) {
    stored.stage_fingerprint = SourceFingerprint(plan.WindowAt(TensorPlan::kDecodeStage));
    encode_bytes = JpegCropMemoryBytes(source, value_bytes);
  } else {
    stored.stage_fingerprint = StageFingerprint(pipeline, form.stage);
    if (form.stage <= plan.last_image_stage()) stored.window = plan.WindowAt(form.stage);
    encode_bytes = EncodeBytes(form, pipeline, plan);
  }
  const auto job = StoredTensorJob::Create(pipeline, stored, encode_bytes);
  if (!job || job->payload_is_tensor()) return encode_bytes;
  return encode_bytes + job->spec().SizeBytes() + job->scratch_bytes();
}

}  // namespace tensorfs
