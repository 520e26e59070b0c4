// SPDX-License-Identifier: MIT
#include "policy/candidate_forms.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "codec/form_encoder.h"

namespace tensorfs {
namespace {

std::vector<std::string> Names(const std::vector<Step>& steps) {
  const Pipeline pipeline = *Pipeline::Create(steps);
  std::vector<std::string> names;
  for (const Form& form : CandidateForms(pipeline)) names.push_back(ToString(form, pipeline));
  return names;
}

using Strings = std::vector<std::string>;
const Step kResize = Resize{.size = 256};
const Step kCrop = CenterCrop{.size = {224, 224}};

TEST(CandidateForms, OfDecodingOnly) {
  EXPECT_EQ(Names({}),
            (Strings{"source:original", "source:jpeg-crop", "final:raw", "final:planar-zstd"}));
}

TEST(CandidateForms, SkipStagesThatALaterOneBeats) {
  EXPECT_EQ(Names({kResize, kCrop}),
            (Strings{"source:original", "source:jpeg-crop", "final:raw", "final:planar-zstd",
                     "decode:planar-zstd", "decode:raw"}));
  EXPECT_EQ(Names({kCrop, Grayscale{}}),
            (Strings{"source:original", "source:jpeg-crop", "final:raw", "final:planar-zstd"}));
}

TEST(CandidateForms, OfFloatsKeepTheImageBeforeThem) {
  EXPECT_EQ(Names({kResize, kCrop, ToTensor{}}),
            (Strings{"source:original", "source:jpeg-crop", "final:raw", "center-crop:planar-zstd",
                     "center-crop:raw", "decode:planar-zstd", "decode:raw"}));
}

TEST(CandidateForms, AreFewAndPossibleHoweverLongThePipeline) {
  const Pipeline pipeline = *Pipeline::Create(std::vector<Step>(20, Resize{.size = 64}));
  const std::vector<Form> forms = CandidateForms(pipeline);
  EXPECT_EQ(forms.size(), kMaxCandidateForms);
  for (const Form& form : forms) EXPECT_TRUE(CheckForm(form, pipeline).has_value());
  EXPECT_EQ(ToString(forms[3], pipeline), "final:planar-zstd");
}

}  // namespace
}  // namespace tensorfs
