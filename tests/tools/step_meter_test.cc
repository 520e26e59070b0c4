// SPDX-License-Identifier: MIT
#include "tools/profile/step_meter.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "tests/fs/sample_maker.h"
#include "tests/fs/temp_tree.h"
#include "tools/profile/strategy_forms.h"

namespace tensorfs {
namespace {

class StepMeterTest : public testing::Test {
 protected:
  StepMeterTest() {
    tree_.Write("photo.jpg", MakeJpegSample(640, 480, 1));
    tree_.Write("drawing.png", MakePngSample(320, 240, 2));
    tree_.Write("broken.jpg", "no JPEG at all");
  }

  static PipelineFile FileOf(std::vector<Step> steps, std::optional<size_t> online = {}) {
    const Result<Pipeline> pipeline = Pipeline::Create(std::move(steps));
    EXPECT_TRUE(pipeline);
    return {pipeline.value_or(Pipeline()), online};
  }

  static std::vector<std::string> NamesOf(const std::vector<StepTime>& times) {
    std::vector<std::string> names;
    for (const StepTime& time : times) names.push_back(time.name);
    return names;
  }

  TempTree tree_;
  const SourceTree source_ = *SourceTree::Open(tree_.path(), false);
};

using Texts = std::vector<std::string>;

TEST_F(StepMeterTest, StepsOfAFloatPipelineEndWithOneForTheTensor) {
  const PipelineFile file =
      FileOf({Resize{128}, CenterCrop{{96, 96}}, ToTensor{}, Normalize{{0.5f}, {0.5f}}}, 1);
  const std::vector<Form> forms = StrategyForms(file);
  StepMeter meter(&file, forms, &source_);
  ASSERT_TRUE(meter.Measure("photo.jpg"));
  const std::vector<ProfiledStep> steps = meter.Steps();
  ASSERT_EQ(steps.size(), 4u);
  EXPECT_EQ(steps[0].name, "decode");
  EXPECT_EQ(steps[1].name, "Resize(128)");
  EXPECT_EQ(steps[2].name, "CenterCrop(96)");
  EXPECT_EQ(steps[3].name, "ToTensor > Normalize");
  EXPECT_FALSE(steps[1].online);
  EXPECT_TRUE(steps[2].online && steps[3].online);
  EXPECT_EQ(steps[2].result_bytes, 96 * 96 * 3);
  EXPECT_EQ(steps[3].result_bytes, 96 * 96 * 3 * 4);
  EXPECT_GT(steps[0].cpu_s, 0);
  EXPECT_GT(steps[0].cpu_s, steps[2].cpu_s);
}

TEST_F(StepMeterTest, TheLastImageIsTheTensorWhereTheirBytesAre) {
  const PipelineFile file = FileOf({Resize{128}});
  const std::vector<Form> forms = StrategyForms(file);
  StepMeter meter(&file, forms, &source_);
  ASSERT_TRUE(meter.Measure("photo.jpg"));
  const std::vector<ProfiledStep> steps = meter.Steps();
  ASSERT_EQ(steps.size(), 2u);
  EXPECT_EQ(steps[1].stage, FinalStage(file.pipeline));
  EXPECT_EQ(steps[1].result_bytes, 170 * 128 * 3);
}

TEST_F(StepMeterTest, WorkIsEitherDoneOnceOrAtEachRead) {
  const PipelineFile file = FileOf({Resize{128}, ToTensor{}});
  const std::vector<Form> forms = StrategyForms(file);
  StepMeter meter(&file, forms, &source_);
  ASSERT_TRUE(meter.Measure("photo.jpg"));
  const auto index = [&](const std::string& text) {
    const auto form = ParseForm(text, file.pipeline);
    return static_cast<size_t>(std::ranges::find(forms, *form) - forms.begin());
  };
  EXPECT_EQ(NamesOf(meter.Offline(0)), Texts{});
  EXPECT_EQ(NamesOf(meter.Online(0)), (Texts{"decode", "Resize(128)", "ToTensor"}));
  const size_t cut = index("source:jpeg-crop");
  EXPECT_EQ(NamesOf(meter.Offline(cut)), Texts{"encode source:jpeg-crop"});
  EXPECT_EQ(NamesOf(meter.Online(cut)),
            (Texts{"decode source:jpeg-crop", "Resize(128)", "ToTensor"}));
  const size_t resized = index("resize:planar-zstd");
  EXPECT_EQ(NamesOf(meter.Offline(resized)),
            (Texts{"decode", "Resize(128)", "encode resize:planar-zstd"}));
  EXPECT_EQ(NamesOf(meter.Online(resized)), (Texts{"decode resize:planar-zstd", "ToTensor"}));
  const size_t final = index("final:raw");
  EXPECT_EQ(NamesOf(meter.Offline(final)),
            (Texts{"decode", "Resize(128)", "ToTensor", "encode final:raw"}));
  EXPECT_EQ(NamesOf(meter.Online(final)), Texts{"decode final:raw"});
}

// A strategy keeps it as its source.
TEST_F(StepMeterTest, ASampleThatCannotTakeAFormCountsAsItsSource) {
  const PipelineFile file = FileOf({Resize{128}});
  const std::vector<Form> forms = StrategyForms(file);
  StepMeter meter(&file, forms, &source_);
  const Result<SampleProbe> probe = meter.Measure("drawing.png");
  ASSERT_TRUE(probe);
  ASSERT_EQ(forms[1].encoding, Encoding::kJpegCrop);
  EXPECT_FALSE(probe->forms[1].suited);
  EXPECT_EQ(meter.Online(1)[0].cpu_s, meter.Online(0)[0].cpu_s);
}

TEST_F(StepMeterTest, ABrokenSampleIsAnErrorAndChangesNothing) {
  const PipelineFile file = FileOf({Resize{128}});
  const std::vector<Form> forms = StrategyForms(file);
  StepMeter meter(&file, forms, &source_);
  EXPECT_FALSE(meter.Measure("broken.jpg"));
  EXPECT_FALSE(meter.Measure("nothing.jpg"));
  EXPECT_EQ(meter.measured(), 0u);
  ASSERT_TRUE(meter.Measure("photo.jpg"));
  EXPECT_EQ(meter.measured(), 1u);
}

}  // namespace
}  // namespace tensorfs
