// SPDX-License-Identifier: MIT
// Tenet 1: a tensor's bytes never depend on how its sample is stored.
#include "codec/stored_tensor_job.h"

#include <gtest/gtest.h>

#include <optional>
#include <string>
#include <vector>

#include "codec/codec.h"
#include "codec/form_check.h"
#include "codec/form_encoder.h"
#include "codec/tensor_job.h"
#include "tests/codec/jpeg_maker.h"

namespace tensorfs {
namespace {

using Bytes = std::vector<uint8_t>;

Bytes MakePhotograph(ImageSize size, JpegKind kind = {}) {
  Bytes pixels(static_cast<size_t>(size.width) * size.height * 3);
  for (size_t i = 0; i < pixels.size(); ++i) {
    const size_t x = i / 3 % size.width;
    const size_t y = i / 3 / size.width;
    pixels[i] = static_cast<uint8_t>(x * (1 + i % 3) + y * y / 7 + (x * y * 2654435761u >> 29));
  }
  return MakeJpeg(kind, size, 85, pixels);
}

std::vector<Pipeline> Pipelines() {
  const Step resize = Resize{.size = 40};
  const Step crop = CenterCrop{.size = {33, 31}};
  const Step grey = Grayscale{};
  const Step normalize = Normalize{.mean = {0.4f, 0.5f, 0.6f}, .std = {0.2f, 0.3f, 0.4f}};
  return {
      Pipeline(),
      *Pipeline::Create({resize, crop}),
      *Pipeline::Create({resize, crop}, Layout::kChw),
      *Pipeline::Create({crop, Pad{.padding = {3, 2, 1, 0}}, resize, ToTensor{}, normalize}),
      *Pipeline::Create({resize, grey, PilToTensor{}}),
      *Pipeline::Create({resize, grey, ToTensor{}, ConvertImageDtype{DType::kFloat16}}),
  };
}

// The tensor as it comes from the source, and the value at a stage in passing.
struct Computed {
  Bytes tensor;
  std::optional<Image> image;
};

Computed Compute(const TensorJob& job, const Bytes& file, int stage) {
  StageCopy copy{.stage = stage, .image = {}};
  Computed computed{Bytes(job.spec().SizeBytes()), {}};
  EXPECT_TRUE(job.Run(file, computed.tensor, &copy).has_value());
  computed.image = std::move(copy.image);
  return computed;
}

std::span<const uint8_t> ValueOf(const Computed& computed, const Bytes& file, StageValue kind) {
  if (kind == StageValue::kSourceFile) return file;
  if (kind == StageValue::kTensor) return computed.tensor;
  return computed.image->bytes();
}

std::vector<Form> FormsOf(const Pipeline& pipeline) {
  std::vector<Form> forms = {{.stage = 0, .encoding = Encoding::kJpegCrop}};
  for (int stage = 1; stage <= FinalStage(pipeline); ++stage) {
    for (const Codec* codec : AllCodecs()) forms.push_back({stage, codec->encoding(), 0});
  }
  return forms;
}

class StoredTensor : public testing::Test {
 protected:
  // Keeps the file in the form and reads it back; nothing where the form does not suit it.
  std::optional<EncodedForm> Encode(const Form& form, const Pipeline& pipeline) {
    header_ = ReadImageHeader(file_).value();
    const TensorJob job = TensorJob::Create(pipeline, header_).value();
    if (!FormFits(form, pipeline, header_, job.plan())) return std::nullopt;
    computed_ = Compute(job, file_, form.stage);
    auto encoded = EncodeForm(form, pipeline, header_, job.plan(),
                              ValueOf(computed_, file_, ValueAt(pipeline, form.stage)));
    if (!encoded && form.encoding == Encoding::kJpegCrop) return std::nullopt;
    EXPECT_TRUE(encoded.has_value()) << encoded.error().message;
    return *std::move(encoded);
  }

  Bytes Decode(const EncodedForm& encoded, const Pipeline& pipeline) {
    const auto job = StoredTensorJob::Create(pipeline, encoded.stored, encoded.payload.size());
    EXPECT_TRUE(job.has_value()) << job.error().message;
    Bytes tensor(job->spec().SizeBytes(), 0xAA);
    const Result<void> run = job->Run(encoded.payload, tensor);
    EXPECT_TRUE(run.has_value()) << run.error().message;
    return tensor;
  }

  Bytes file_ = MakePhotograph({97, 75});
  ImageHeader header_;
  Computed computed_;
};

TEST_F(StoredTensor, IsTheSameFromEveryForm) {
  for (const Pipeline& pipeline : Pipelines()) {
    int forms = 0;
    for (const Form& form : FormsOf(pipeline)) {
      SCOPED_TRACE(pipeline.ToString() + " as " + ToString(form, pipeline));
      const auto encoded = Encode(form, pipeline);
      if (!encoded) continue;
      ++forms;
      EXPECT_EQ(Decode(*encoded, pipeline), computed_.tensor);
    }
    EXPECT_GE(forms, 3 * FinalStage(pipeline)) << pipeline.ToString();
  }
}

TEST_F(StoredTensor, PassesTheCheckOnlyIfItIsTheSame) {
  for (const Pipeline& pipeline : Pipelines()) {
    for (const Form& form : FormsOf(pipeline)) {
      SCOPED_TRACE(pipeline.ToString() + " as " + ToString(form, pipeline));
      auto encoded = Encode(form, pipeline);
      if (!encoded) continue;
      const uint64_t hash = TensorHash(computed_.tensor);
      EXPECT_TRUE(CheckPayload(pipeline, *encoded, hash).has_value());
      EXPECT_EQ(CheckPayload(pipeline, *encoded, hash + 1).error().code, ErrorCode::kCorrupt);
      encoded->payload = encoded->payload.first(encoded->payload.size() / 2);
      EXPECT_EQ(CheckPayload(pipeline, *encoded, hash).error().code, ErrorCode::kCorrupt);
    }
  }
}

TEST_F(StoredTensor, GivesLaterStagesInPassing) {
  const Pipeline pipeline = Pipelines()[3];
  const Form early = *ParseForm("decode:zstd", pipeline);
  const auto encoded = Encode(early, pipeline);
  StageCopy copy{.stage = 3, .image = {}};
  const auto job = StoredTensorJob::Create(pipeline, encoded->stored, encoded->payload.size());
  Bytes tensor(job->spec().SizeBytes());
  ASSERT_TRUE(job->Run(encoded->payload, tensor, &copy).has_value());
  const TensorJob from_source = TensorJob::Create(pipeline, header_).value();
  const Computed expected = Compute(from_source, file_, 3);
  ASSERT_TRUE(copy.image.has_value());
  EXPECT_TRUE(std::ranges::equal(copy.image->bytes(), expected.image->bytes()));
}

TEST_F(StoredTensor, ServesAnotherPipelineThatAgreesUpToItsStage) {
  const Pipeline uint8_crop = *Pipeline::Create({Resize{.size = 40}, CenterCrop{.size = {33, 31}}});
  const Pipeline float_crop =
      *Pipeline::Create({Resize{.size = 40}, CenterCrop{.size = {33, 31}}, ToTensor{}});
  for (const char* text : {"source:jpeg-crop", "decode:planar-zstd", "resize:zstd", "final:raw"}) {
    SCOPED_TRACE(text);
    const auto encoded = Encode(*ParseForm(text, uint8_crop), uint8_crop);
    ASSERT_TRUE(encoded.has_value());
    Bytes expected(TensorJob::Create(float_crop, header_)->spec().SizeBytes());
    ASSERT_TRUE(TensorJob::Create(float_crop, header_)->Run(file_, expected).has_value());
    EXPECT_EQ(Decode(*encoded, float_crop), expected);
  }
}

TEST_F(StoredTensor, IsRefusedToPipelinesThatNeedSomethingElse) {
  const Pipeline small = *Pipeline::Create({Resize{.size = 40}, CenterCrop{.size = {20, 20}}});
  const Pipeline large = *Pipeline::Create({Resize{.size = 40}, CenterCrop{.size = {38, 38}}});
  const Pipeline other = *Pipeline::Create({Resize{.size = 41}, CenterCrop{.size = {20, 20}}});
  for (const char* text : {"source:jpeg-crop", "decode:zstd", "resize:zstd", "final:zstd"}) {
    SCOPED_TRACE(text);
    const auto encoded = Encode(*ParseForm(text, small), small);
    ASSERT_TRUE(encoded.has_value());
    for (const Pipeline* pipeline : {&large, &other}) {
      const auto job = StoredTensorJob::Create(*pipeline, encoded->stored, 1);
      ASSERT_FALSE(job.has_value()) << pipeline->ToString();
      EXPECT_EQ(job.error().code, ErrorCode::kInvalidArgument);
    }
  }
}

TEST_F(StoredTensor, OfDamagedDescriptionIsRefused) {
  const Pipeline pipeline = Pipelines()[1];
  const auto encoded = Encode(*ParseForm("decode:zstd", pipeline), pipeline);
  StoredForm stored = encoded->stored;
  stored.form.stage = 99;
  EXPECT_FALSE(StoredTensorJob::Create(pipeline, stored, 1).has_value());
  stored.form.stage = -1;
  EXPECT_FALSE(StoredTensorJob::Create(pipeline, stored, 1).has_value());
  stored = encoded->stored;
  stored.form.stage = 0;
  EXPECT_FALSE(StoredTensorJob::Create(pipeline, stored, 1).has_value());
  stored = encoded->stored;
  stored.source_size = {0, 5};
  EXPECT_FALSE(StoredTensorJob::Create(pipeline, stored, 1).has_value());
}

TEST(CheckForm, RefusesWhatNoSampleCanTake) {
  const Pipeline image = *Pipeline::Create({Resize{.size = 40}});
  const Pipeline floats = *Pipeline::Create({Resize{.size = 40}, ToTensor{}});
  EXPECT_FALSE(CheckForm(*ParseForm("final:shuffle-zstd", image), image).has_value());
  EXPECT_FALSE(CheckForm(*ParseForm("final:planar-zstd", floats), floats).has_value());
  EXPECT_FALSE(CheckForm(*ParseForm("final:png", floats), floats).has_value());
  for (const char* text : {"source:original", "source:jpeg-crop", "resize:png", "final:raw",
                           "final:shuffle-zstd", "decode:planar-zstd"}) {
    EXPECT_TRUE(CheckForm(*ParseForm(text, floats), floats).has_value()) << text;
  }
}

TEST_F(StoredTensor, IsCutOnlyFromJpegs) {
  const Pipeline pipeline = Pipelines()[1];
  ImageHeader png = ReadImageHeader(file_).value();
  png.format = ImageFormat::kPng;
  const TensorJob job = TensorJob::Create(pipeline, png).value();
  const Form cut = *ParseForm("source:jpeg-crop", pipeline);
  EXPECT_FALSE(FormFits(cut, pipeline, png, job.plan()));
}

}  // namespace
}  // namespace tensorfs
