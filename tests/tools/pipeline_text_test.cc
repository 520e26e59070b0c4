// SPDX-License-Identifier: MIT
#include "tools/pipeline_text.h"

#include <gtest/gtest.h>

#include <cmath>
#include <string>
#include <vector>

namespace tensorfs {
namespace {

PipelineFile Made(std::vector<Step> steps, std::optional<Layout> layout = {},
                  std::optional<size_t> online = {}) {
  const Result<Pipeline> pipeline = Pipeline::Create(std::move(steps), layout);
  EXPECT_TRUE(pipeline) << pipeline.error().message;
  return {pipeline.value_or(Pipeline()), online};
}

PipelineFile ReadAgain(const PipelineFile& file) {
  const std::string toml = PipelineToToml(file);
  const Result<PipelineFile> again = ParsePipelineFile(toml, "text");
  EXPECT_TRUE(again) << again.error().message << "\n" << toml;
  return again.value_or(PipelineFile());
}

std::vector<PipelineFile> Pipelines() {
  return {
      Made({}),
      Made({Resize{256, Interpolation::kBicubic, 300}, CenterCrop{{224, 192}}, Grayscale{3}}),
      Made({Resize{ImageSize{320, 240}}, Grayscale{1}, PilToTensor{}}, Layout::kHwc),
      Made({Pad{{1, 2, 3, 4}, PaddingMode::kReflect, {}}, Pad{{5, 5, 5, 5}, {}, {7, 8, 9}}}),
      Made({ToTensor{}, Normalize{{0.485f, 0.0f, 1.0f}, {0.1f, 3e-7f, 1e9f}},
            ConvertImageDtype{DType::kBfloat16}}),
      Made({Resize{256}, CenterCrop{{224, 224}}, ToTensor{}}, Layout::kHwc, 1),
  };
}

TEST(PipelineText, IsReadAsTheSamePipeline) {
  for (const PipelineFile& file : Pipelines()) {
    const PipelineFile again = ReadAgain(file);
    EXPECT_EQ(again.pipeline.ToString(), file.pipeline.ToString());
    EXPECT_EQ(again.pipeline.layout(), file.pipeline.layout());
    EXPECT_EQ(again.first_online_step, file.first_online_step);
  }
}

TEST(PipelineText, KeepsEveryBitOfAFloat) {
  std::vector<float> values;
  for (float value = 1e-6f; value < 1e6f; value *= 1.37f) values.push_back(value);
  for (size_t i = 0; i + 2 < values.size(); i += 3) {
    const std::vector<float> three(values.begin() + static_cast<std::ptrdiff_t>(i),
                                   values.begin() + static_cast<std::ptrdiff_t>(i) + 3);
    const PipelineFile again = ReadAgain(Made({ToTensor{}, Normalize{three, three}}));
    const auto& normalize = std::get<Normalize>(again.pipeline.steps().at(1));
    EXPECT_EQ(normalize.mean, three);
    EXPECT_EQ(normalize.std, three);
  }
}

}  // namespace
}  // namespace tensorfs
