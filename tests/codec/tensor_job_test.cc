// SPDX-License-Identifier: MIT
#include "codec/tensor_job.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>

#include "codec/image_decoder.h"
#include "codec/pixel_step.h"
#include "codec/tensor_writer.h"
#include "tests/codec/png_maker.h"

namespace tensorfs {
namespace {

class TensorJobTest : public testing::Test {
 protected:
  int Draw(int first, int last) { return std::uniform_int_distribution<>(first, last)(rng_); }

  PngBytes RandomPng(ImageSize size) {
    PngBytes rows;
    for (int y = 0; y < size.height; ++y) {
      rows.push_back(0);  // no filter
      for (int i = 0; i < 3 * size.width; ++i) rows.push_back(static_cast<uint8_t>(Draw(0, 255)));
    }
    const auto width = static_cast<uint32_t>(size.width);
    const auto height = static_cast<uint32_t>(size.height);
    return MakePng(
        {MakePngHeader(width, height, 8, 2, false), MakePngChunk("IDAT", Deflate(rows))});
  }

  Step RandomStep() {
    const auto filter = static_cast<Interpolation>(Draw(0, 5));
    switch (Draw(0, 5)) {
      case 0:
        return Resize{.size = Draw(1, 60), .interpolation = filter};
      case 1:
        return Resize{.size = ImageSize{Draw(1, 90), Draw(1, 90)}, .interpolation = filter};
      case 2:
      case 3:
        return CenterCrop{{Draw(1, 70), Draw(1, 70)}};
      case 4:
        return Pad{.padding = {Draw(0, 20), Draw(0, 20), Draw(0, 20), Draw(0, 20)},
                   .mode = static_cast<PaddingMode>(Draw(0, 3)),
                   .fill = {9, 9, 9}};
      default:
        return Grayscale{Draw(0, 1) == 0 ? 1 : 3};
    }
  }

  std::mt19937 rng_{1};
};

ImageHeader HeaderOf(const PngBytes& file) { return ReadImageHeader(file).value(); }

std::vector<uint8_t> RunJob(const Pipeline& pipeline, const PngBytes& file) {
  const TensorJob job = TensorJob::Create(pipeline, HeaderOf(file)).value();
  std::vector<uint8_t> tensor(job.spec().SizeBytes());
  EXPECT_TRUE(job.Run(file, tensor).has_value());
  return tensor;
}

// Every step on the whole image.
std::vector<uint8_t> RunOnWholeImages(const Pipeline& pipeline, const PngBytes& file) {
  const ImageHeader header = HeaderOf(file);
  ImageSize size = header.size;
  Image image = DecodeImage(file, header, Rect::Whole(size)).value();
  for (const Step& step : pipeline.steps()) {
    const ImageSize output = OutputSize(step, size).value();
    image = Apply(step, size, std::move(image), Rect::Whole(output));
    size = output;
  }
  std::vector<uint8_t> tensor(image.bytes().size() * SizeOf(pipeline.dtype()));
  WriteTensor(image, pipeline.values(), pipeline.layout(), tensor);
  return tensor;
}

TEST_F(TensorJobTest, WindowsGiveTheBytesOfWholeImages) {
  int smaller = 0;
  for (int round = 0; round < 400; ++round) {
    const ImageSize size = {Draw(1, 120), Draw(1, 120)};
    const PngBytes file = RandomPng(size);
    std::vector<Step> steps;
    for (int i = Draw(0, 5); i > 0; --i) steps.push_back(RandomStep());
    if (Draw(0, 1) == 0) steps.push_back(ToTensor{});
    const Pipeline pipeline = Pipeline::Create(steps).value();
    ASSERT_EQ(RunJob(pipeline, file), RunOnWholeImages(pipeline, file)) << pipeline.ToString();
    const auto job = TensorJob::Create(pipeline, HeaderOf(file));
    if (job->source_window().size() != size) ++smaller;
  }
  EXPECT_GT(smaller, 100);
}

TEST_F(TensorJobTest, NeedsOnlyWhatTheCropDependsOn) {
  const Pipeline pipeline = Pipeline::Create({Resize{.size = 256}, CenterCrop{{224, 224}}}).value();
  const ImageHeader header = {ImageFormat::kJpeg, {500, 375}, 3, false};
  const TensorJob job = TensorJob::Create(pipeline, header).value();
  EXPECT_EQ(job.spec().ToString(), "uint8[224,224,3]");
  EXPECT_EQ(job.source_window(), (Rect{84, 23, 414, 352}));
}

TEST_F(TensorJobTest, StillDecodesWhereNothingOfTheImageIsShown) {
  const Pipeline pipeline =
      Pipeline::Create({Pad{.padding = {500, 0, 0, 0}, .fill = {1, 2, 3}}, CenterCrop{{1, 1}}})
          .value();
  PngBytes file = RandomPng({10, 10});
  EXPECT_EQ(RunJob(pipeline, file), (std::vector<uint8_t>{1, 2, 3}));
  const TensorJob job = TensorJob::Create(pipeline, HeaderOf(file)).value();
  file.resize(file.size() / 2);
  std::vector<uint8_t> tensor(3);
  EXPECT_FALSE(job.Run(file, tensor).has_value());
}

TEST_F(TensorJobTest, RefusesSourcesThatThePipelineCannotTake) {
  const Pipeline pipeline = Pipeline::Create({Resize{.size = 2, .max_size = 3}}).value();
  const ImageHeader header = {ImageFormat::kPng, {1, 2000}, 3, false};
  const auto job = TensorJob::Create(pipeline, header);
  ASSERT_FALSE(job.has_value());
  EXPECT_EQ(job.error().message, "step 1 (Resize): would make 0x3 of 1x2000 pixels");
}

}  // namespace
}  // namespace tensorfs
