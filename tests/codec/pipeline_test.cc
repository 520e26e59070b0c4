// SPDX-License-Identifier: MIT
#include "codec/pipeline.h"

#include <gtest/gtest.h>

#include <limits>

namespace tensorfs {
namespace {

const Step kResize = Resize{.size = 256};
const Step kCrop = CenterCrop{{224, 224}};
const Step kNormalize = Normalize{{0.5f}, {0.25f}};

std::string ErrorOf(std::vector<Step> steps) {
  const auto pipeline = Pipeline::Create(std::move(steps));
  if (pipeline) return "";
  EXPECT_EQ(pipeline.error().code, ErrorCode::kInvalidArgument);
  return pipeline.error().message;
}

Pipeline Make(std::vector<Step> steps, std::optional<Layout> layout = {}) {
  return Pipeline::Create(std::move(steps), layout).value();
}

TEST(Pipeline, NamesTheStepThatIsOutOfOrder) {
  EXPECT_EQ(ErrorOf({kResize, ToTensor{}, kCrop}),
            "step 3 (CenterCrop): must come before step 2 (ToTensor)");
  EXPECT_EQ(ErrorOf({ToTensor{}, PilToTensor{}}),
            "step 2 (PILToTensor): there is a tensor already, made by step 1 (ToTensor)");
  EXPECT_EQ(ErrorOf({kResize, ConvertImageDtype{DType::kFloat16}}),
            "step 2 (ConvertImageDtype): needs a tensor: put ToTensor or PILToTensor before it");
  EXPECT_EQ(
      ErrorOf({PilToTensor{}, kNormalize}),
      "step 2 (Normalize): needs a float tensor: put ToTensor or ConvertImageDtype before it");
}

TEST(Pipeline, RefusesArgumentsThatMakeNoSense) {
  const auto resize = [](int size, std::optional<int> max_size = {}) {
    return ErrorOf({Resize{.size = size, .max_size = max_size}});
  };
  EXPECT_EQ(resize(0), "step 1 (Resize): size must be from 1 to 1000000, not 0");
  EXPECT_EQ(resize(256, 256), "step 1 (Resize): max_size (256) must be greater than size (256)");
  EXPECT_EQ(ErrorOf({Resize{.size = ImageSize{9, 9}, .max_size = 10}}),
            "step 1 (Resize): max_size goes with one size (the shorter side) only");
  EXPECT_EQ(ErrorOf({CenterCrop{{10, -1}}}),
            "step 1 (CenterCrop): height must be from 1 to 1000000, not -1");
  EXPECT_EQ(ErrorOf({Pad{.padding = {0, 0, -2, 0}}}),
            "step 1 (Pad): padding must be from 0 to 1000000, not -2");
  EXPECT_EQ(ErrorOf({Grayscale{1}, Pad{.padding = {1, 1, 1, 1}, .fill = {1, 2, 3}}}),
            "step 2 (Pad): fill must be one value, because the image has one channel");
  EXPECT_EQ(ErrorOf({Grayscale{2}}),
            "step 1 (Grayscale): num_output_channels must be 1 or 3, not 2");
}

TEST(Pipeline, RefusesNormalizeThatDoesNotFitTheTensor) {
  EXPECT_EQ(ErrorOf({ToTensor{}, Normalize{{0, 0}, {1, 1, 1}}}),
            "step 2 (Normalize): mean must have 3 values, not 2");
  EXPECT_EQ(ErrorOf({Grayscale{1}, ToTensor{}, Normalize{{0}, {1, 1, 1}}}),
            "step 3 (Normalize): std must have 1 value, not 3");
  EXPECT_EQ(ErrorOf({ToTensor{}, Normalize{{0}, {1, 0, 1}}}),
            "step 2 (Normalize): std is zero in float32");
  const Step half = ConvertImageDtype{DType::kFloat16};
  EXPECT_EQ(ErrorOf({ToTensor{}, half, Normalize{{0}, {1e-9f}}}),
            "step 3 (Normalize): std is zero in float16");
  EXPECT_EQ(ErrorOf({ToTensor{}, half, Normalize{{1e6f}, {1}}}),
            "step 3 (Normalize): mean is not finite in float16");
  const float nan = std::numeric_limits<float>::quiet_NaN();
  EXPECT_EQ(ErrorOf({ToTensor{}, Normalize{{nan}, {1}}}),
            "step 2 (Normalize): mean is not finite in float32");
}

TEST(Pipeline, PutsChannelsFirstOnceThereIsATensor) {
  EXPECT_EQ(Make({kCrop}).FixedSpec()->ToString(), "uint8[224,224,3]");
  EXPECT_EQ(Make({kCrop, PilToTensor{}}).FixedSpec()->ToString(), "uint8[3,224,224]");
  EXPECT_EQ(Make({kCrop, ToTensor{}}, Layout::kHwc).FixedSpec()->ToString(), "float32[224,224,3]");
  EXPECT_EQ(Make({kCrop, Grayscale{1}}, Layout::kChw).FixedSpec()->ToString(), "uint8[1,224,224]");
}

TEST(Pipeline, KnowsWhetherTheShapeIsFixed) {
  EXPECT_FALSE(Pipeline().FixedSpec());
  EXPECT_FALSE(Make({kResize}).FixedSpec());
  EXPECT_FALSE(Make({Pad{.padding = {1, 1, 1, 1}}}).FixedSpec());
  const Step wide = Resize{.size = ImageSize{.width = 100, .height = 50}};
  EXPECT_EQ(Make({wide, Pad{.padding = {1, 2, 3, 4}}, Resize{.size = 28}}).FixedSpec()->ToString(),
            "uint8[28,52,3]");
}

TEST(Pipeline, TellsTheShapeOfEachSource) {
  const Pipeline pipeline = Make({kResize});
  EXPECT_EQ(pipeline.SpecFor({500, 375})->ToString(), "uint8[256,341,3]");
  EXPECT_EQ(pipeline.SpecFor({375, 500})->ToString(), "uint8[341,256,3]");
  EXPECT_EQ(pipeline.SpecFor({1, 1})->ToString(), "uint8[256,256,3]");
}

TEST(Pipeline, RefusesSourcesThatAStepCannotTake) {
  const auto thin = Make({kCrop, Resize{.size = 2, .max_size = 3}, kResize}).SpecFor({5, 5});
  EXPECT_TRUE(thin.has_value());
  const auto vanished = Make({Resize{.size = 2, .max_size = 3}}).SpecFor({1, 2000});
  ASSERT_FALSE(vanished.has_value());
  EXPECT_EQ(vanished.error().code, ErrorCode::kInvalidArgument);
  EXPECT_EQ(vanished.error().message, "step 1 (Resize): would make 0x3 of 1x2000 pixels");
  const auto huge = Make({kCrop, kResize, Resize{.size = 100'000}}).SpecFor({5, 5});
  ASSERT_FALSE(huge.has_value());
  EXPECT_EQ(huge.error().code, ErrorCode::kTooLarge);
  EXPECT_EQ(huge.error().message, "step 3 (Resize): would make 100000x100000 of 256x256 pixels");
}

TEST(Pipeline, EqualPipelinesHaveEqualTexts) {
  EXPECT_EQ(Pipeline().ToString(), "Decode");
  EXPECT_EQ(Make({}, Layout::kHwc).ToString(), "Decode");
  EXPECT_EQ(Make({}, Layout::kChw).ToString(), "Decode > chw");
  EXPECT_EQ(Make({kResize, kCrop, ToTensor{}, Normalize{{0.485f}, {0.229f}}}).ToString(),
            "Resize(256) > CenterCrop(224) > ToTensor > Normalize(mean=[0.485], std=[0.229])");
  EXPECT_EQ(
      Make({Resize{.size = 9, .interpolation = Interpolation::kBox, .max_size = 12},
            CenterCrop{{.width = 8, .height = 7}}, Pad{.padding = {1, 2, 3, 4}, .fill = {7, 7, 7}},
            Pad{.padding = {1, 2, 3, 4}, .mode = PaddingMode::kEdge}, Grayscale{3}, PilToTensor{},
            ConvertImageDtype{DType::kBfloat16}},
           Layout::kHwc)
          .ToString(),
      "Resize(9, box, max_size=12) > CenterCrop(7x8) > Pad([1,2,3,4], fill=[7,7,7]) > "
      "Pad([1,2,3,4], edge) > Grayscale(3) > PILToTensor > ConvertImageDtype(bfloat16) > hwc");
}

}  // namespace
}  // namespace tensorfs
