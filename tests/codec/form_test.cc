// SPDX-License-Identifier: MIT
#include "codec/form.h"

#include <gtest/gtest.h>

#include <utility>

namespace tensorfs {
namespace {

Pipeline MakePipeline(std::vector<Step> steps, std::optional<Layout> layout = {}) {
  auto pipeline = Pipeline::Create(std::move(steps), layout);
  EXPECT_TRUE(pipeline.has_value());
  return *std::move(pipeline);
}

const Step kResize = Resize{.size = 256};
const Step kCrop = CenterCrop{.size = {224, 224}};
const Step kPad = Pad{.padding = {1, 1, 1, 1}};

using Names = std::vector<std::string>;

TEST(StageNames, LastImageIsFinalWhereTheTensorHasItsBytes) {
  EXPECT_EQ(StageNames(Pipeline()), (Names{"source", "final"}));
  EXPECT_EQ(StageNames(MakePipeline({kResize, kCrop})),
            (Names{"source", "decode", "resize", "final"}));
}

TEST(StageNames, FinalIsAStageOfItsOwnWhereElementsMoveOrChange) {
  EXPECT_EQ(StageNames(MakePipeline({kResize, kCrop, ToTensor{}})),
            (Names{"source", "decode", "resize", "center-crop", "final"}));
  EXPECT_EQ(StageNames(MakePipeline({}, Layout::kChw)), (Names{"source", "decode", "final"}));
}

TEST(StageNames, StepsOfOneKindAreNumbered) {
  EXPECT_EQ(StageNames(MakePipeline({kPad, kPad, kPad, ToTensor{}})),
            (Names{"source", "decode", "pad", "pad-2", "pad-3", "final"}));
}

TEST(StageFingerprint, AgreesAsFarAsTheStepsDo) {
  const Pipeline a = MakePipeline({kResize, kCrop, ToTensor{}});
  const Pipeline b = MakePipeline({kResize, kPad});
  for (const int stage : {1, 2}) {
    EXPECT_EQ(StageFingerprint(a, stage), StageFingerprint(b, stage)) << stage;
  }
  EXPECT_NE(StageFingerprint(a, 3), StageFingerprint(b, 3));
  EXPECT_NE(StageFingerprint(a, 4), StageFingerprint(a, 3));
  EXPECT_NE(StageFingerprint(a, 2), StageFingerprint(a, 1));
}

TEST(StageFingerprint, KeepsItsValuesBecauseTheyAreOnDisk) {
  EXPECT_EQ(StageFingerprint(MakePipeline({kResize, kCrop}), 3), 3922758208086273467u);
}

TEST(ParseForm, ReadsWhatToStringWrites) {
  const Pipeline pipeline = MakePipeline({kResize, kCrop, ToTensor{}});
  for (const char* text :
       {"source:original", "source:jpeg-crop", "decode:planar-zstd", "resize:zstd-3",
        "center-crop:png", "final:shuffle-zstd-19", "final:raw"}) {
    const Result<Form> form = ParseForm(text, pipeline);
    ASSERT_TRUE(form.has_value()) << form.error().message;
    EXPECT_EQ(ToString(*form, pipeline), text);
  }
}

TEST(ParseForm, TakesTheStepsNameForAFinalImage) {
  const Pipeline pipeline = MakePipeline({kResize, kCrop});
  EXPECT_EQ(ToString(*ParseForm("center-crop:raw", pipeline), pipeline), "final:raw");
  EXPECT_EQ(ToString(*ParseForm("decode:raw", Pipeline()), Pipeline()), "final:raw");
}

TEST(ParseForm, RefusesWithWhatThereIs) {
  const Pipeline pipeline = MakePipeline({kResize, ToTensor{}});
  const std::pair<const char*, const char*> cases[] = {
      {"final", "is not STAGE:ENCODING"},
      {"crop:raw", "this pipeline's are source, decode, resize, final"},
      {"final:gzip", "there are original, jpeg-crop, raw, zstd"},
      {"final:zstd-0", "from 1 to 19"},
      {"final:zstd-20", "from 1 to 19"},
      {"final:zstd-3x", "from 1 to 19"},
      {"final:raw-3", "no encoding \"raw-3\""},
      {"final:jpeg-crop", "go with the stage source"},
      {"source:zstd", "go with the stage source"},
  };
  for (const auto& [text, message] : cases) {
    const Result<Form> form = ParseForm(text, pipeline);
    ASSERT_FALSE(form.has_value()) << text;
    EXPECT_NE(form.error().message.find(message), std::string::npos) << form.error().message;
  }
}

}  // namespace
}  // namespace tensorfs
