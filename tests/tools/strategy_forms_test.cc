// SPDX-License-Identifier: MIT
#include "tools/profile/strategy_forms.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "codec/form_encoder.h"

namespace tensorfs {
namespace {

PipelineFile FileOf(const std::string& toml) {
  const Result<PipelineFile> file = ParsePipelineFile(toml, "p.toml");
  EXPECT_TRUE(file) << file.error().message;
  return file.value_or(PipelineFile());
}

const std::string kResize = "[[step]]\nname = \"Resize\"\nsize = 256\n";
const std::string kCrop = "[[step]]\nname = \"CenterCrop\"\nsize = 224\n";
const std::string kToTensor = "[[step]]\nname = \"ToTensor\"\n";
const std::string kOnline = "online = true\n";

std::vector<std::string> NamesOf(const PipelineFile& file) {
  std::vector<std::string> names;
  for (const Form& form : StrategyForms(file)) names.push_back(ToString(form, file.pipeline));
  return names;
}

bool Has(const std::vector<std::string>& names, const std::string& name) {
  return std::ranges::find(names, name) != names.end();
}

TEST(StrategyForms, AreEveryStageInEveryEncodingThatFits) {
  const std::vector<std::string> names = NamesOf(FileOf(kResize + kCrop + kToTensor));
  const std::vector<std::string> expected = {
      "source:original",         "source:jpeg-crop", "decode:raw",      "decode:zstd",
      "decode:planar-zstd",      "decode:png",       "resize:raw",      "resize:zstd",
      "resize:planar-zstd",      "resize:png",       "center-crop:raw", "center-crop:zstd",
      "center-crop:planar-zstd", "center-crop:png",  "final:raw",       "final:zstd",
      "final:shuffle-zstd"};
  EXPECT_EQ(names, expected);
}

TEST(StrategyForms, EachOneCanBeTaken) {
  for (const std::string& toml : {std::string(), kResize, kToTensor, kResize + kCrop}) {
    const PipelineFile file = FileOf(toml);
    for (const Form& form : StrategyForms(file)) EXPECT_TRUE(CheckForm(form, file.pipeline));
  }
}

TEST(StrategyForms, AStepThatStaysOnlineBoundsThem) {
  const PipelineFile crop = FileOf(kResize + kCrop + kOnline + kToTensor);
  EXPECT_EQ(LastKeptStage(crop), 2);
  EXPECT_TRUE(Has(NamesOf(crop), "resize:raw"));
  EXPECT_FALSE(Has(NamesOf(crop), "center-crop:raw"));
  EXPECT_FALSE(Has(NamesOf(crop), "final:raw"));

  const PipelineFile first = FileOf(kResize + kOnline + kCrop);
  EXPECT_EQ(LastKeptStage(first), 1);
  EXPECT_TRUE(Has(NamesOf(first), "decode:planar-zstd"));
  EXPECT_FALSE(Has(NamesOf(first), "resize:raw"));

  const PipelineFile tensor = FileOf(kResize + kToTensor + kOnline);
  EXPECT_EQ(LastKeptStage(tensor), 2);
  EXPECT_FALSE(Has(NamesOf(tensor), "final:raw"));
}

}  // namespace
}  // namespace tensorfs
