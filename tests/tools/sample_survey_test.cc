// SPDX-License-Identifier: MIT
#include "tools/profile/sample_survey.h"

#include <gtest/gtest.h>

#include <set>
#include <string>

#include "tests/fs/sample_maker.h"
#include "tests/fs/temp_tree.h"

namespace tensorfs {
namespace {

class SampleSurveyTest : public testing::Test {
 protected:
  void AddSamples(int count) {
    for (int i = 0; i < count; ++i) {
      tree_.Write("class" + std::to_string(i % 3) + "/" + std::to_string(i) + ".png",
                  MakePngSample(4 + i % 7, 5, static_cast<unsigned>(i)));
    }
  }

  Result<SampleSurvey> Survey(size_t count, bool stop = false) {
    const Result<SourceTree> source = SourceTree::Open(tree_.path(), false);
    const Result<SampleNames> names = SampleNames::Keep({"png", "jpg"});
    EXPECT_TRUE(source && names);
    return SurveySamples(*source, *names, count, [stop] { return stop; });
  }

  static std::set<std::string> PathsOf(const SampleSurvey& survey) {
    std::set<std::string> paths;
    for (const SurveyedSample& sample : survey.picked) paths.insert(sample.path);
    return paths;
  }

  TempTree tree_;
};

TEST_F(SampleSurveyTest, CountsAllAndPicksSomeDifferentOnes) {
  AddSamples(60);
  tree_.Write("class0/notes.txt", "no sample");
  tree_.Write(".hidden.png", "no sample");
  const auto survey = Survey(20);
  ASSERT_TRUE(survey) << survey.error().message;
  EXPECT_EQ(survey->samples, 60u);
  EXPECT_EQ(survey->picked.size(), 20u);
  EXPECT_EQ(PathsOf(*survey).size(), 20u);
  EXPECT_EQ(PathsOf(*Survey(20)), PathsOf(*survey));
}

TEST_F(SampleSurveyTest, PicksFromAllOverTheSource) {
  AddSamples(300);
  const auto survey = Survey(60);
  ASSERT_TRUE(survey);
  int of_class[3] = {};
  for (const SurveyedSample& sample : survey->picked) ++of_class[sample.path[5] - '0'];
  for (const int count : of_class) EXPECT_GT(count, 5);
}

TEST_F(SampleSurveyTest, TakesAllWhereThereAreFewAndKnowsTheirHeaders) {
  AddSamples(3);
  const auto survey = Survey(200);
  ASSERT_TRUE(survey);
  EXPECT_EQ(survey->picked.size(), 3u);
  for (const SurveyedSample& sample : survey->picked) {
    EXPECT_EQ(sample.features.kind, SourceKind::kPng);
    EXPECT_EQ(sample.features.height, 5);
    EXPECT_GT(sample.features.source_bytes, 40u);
  }
}

TEST_F(SampleSurveyTest, CountsWhatIsNoImageAndGoesOn) {
  AddSamples(2);
  tree_.Write("broken.jpg", "no JPEG at all");
  tree_.Write("empty.png", "");
  const auto survey = Survey(200);
  ASSERT_TRUE(survey);
  EXPECT_EQ(survey->samples, 4u);
  EXPECT_EQ(survey->unreadable, 2u);
  EXPECT_EQ(survey->picked.size(), 2u);
}

TEST_F(SampleSurveyTest, PassesOverNamesThatAreNotUtf8) {
  AddSamples(2);
  tree_.Write("\xff.png", MakePngSample(3, 3, 9));
  const auto survey = Survey(200);
  ASSERT_TRUE(survey);
  EXPECT_EQ(survey->samples, 3u);
  EXPECT_EQ(survey->picked.size(), 2u);
}

TEST_F(SampleSurveyTest, SaysWhyThereIsNothingToMeasure) {
  const auto empty = Survey(10);
  ASSERT_FALSE(empty);
  EXPECT_EQ(empty.error().code, ErrorCode::kNotFound);
  EXPECT_EQ(empty.error().message, "there is no sample in it");
  tree_.Write("a/broken.jpg", "no JPEG at all");
  const auto broken = Survey(10);
  ASSERT_FALSE(broken);
  EXPECT_EQ(broken.error().code, ErrorCode::kCorrupt);
  EXPECT_TRUE(broken.error().message.starts_with("no sample can be read: a/broken.jpg: "))
      << broken.error().message;
}

TEST_F(SampleSurveyTest, StopsWhenItIsTold) {
  AddSamples(3);
  const auto survey = Survey(10, /*stop=*/true);
  ASSERT_FALSE(survey);
  EXPECT_EQ(survey.error().message, "interrupted");
}

}  // namespace
}  // namespace tensorfs
