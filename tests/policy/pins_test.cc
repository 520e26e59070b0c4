// SPDX-License-Identifier: MIT
#include "policy/pins.h"

#include <gtest/gtest.h>

namespace tensorfs {
namespace {

class PinsTest : public testing::Test {
 protected:
  void Pin(const std::string& pattern, const std::string& form) {
    const Result<void> pinned = pins_.Add({pattern, form});
    ASSERT_TRUE(pinned.has_value()) << pinned.error().message;
  }

  std::string FormOf(const std::string& path) const {
    const std::optional<Form> form = pins_.FormFor(path);
    return form ? ToString(*form, pipeline_) : "";
  }

  const Pipeline pipeline_ = *Pipeline::Create({Resize{256}}, Layout::kHwc);
  Pins pins_{&pipeline_};
};

TEST_F(PinsTest, WithoutRulesNothingIsPinned) {
  EXPECT_EQ(FormOf("a/x.jpg"), "");
  EXPECT_FALSE(pins_.RuleFor("a/x.jpg"));
  EXPECT_TRUE(pins_.Rules().empty());
}

TEST_F(PinsTest, SourcePathPresentedPathDirectoryAndGlobNameASample) {
  for (const char* pattern : {"val/x.jpg", "val/x.npy", "val/x.jpg.npy", "val", "val/*", "*.jpg"}) {
    Pins pins(&pipeline_);
    ASSERT_TRUE(pins.Add({pattern, "final:raw"}));
    EXPECT_TRUE(pins.FormFor("val/x.jpg")) << pattern;
    EXPECT_FALSE(pins.FormFor("train/y.png")) << pattern;
  }
}

TEST_F(PinsTest, TheLastRuleThatMatchesDecides) {
  Pin("*", "source:original");
  Pin("val", "final:raw");
  Pin("val/big.png", "decode:planar-zstd");
  EXPECT_EQ(FormOf("train/x.jpg"), "source:original");
  EXPECT_EQ(FormOf("val/x.jpg"), "final:raw");
  EXPECT_EQ(FormOf("val/big.png"), "decode:planar-zstd");
  EXPECT_EQ(pins_.RuleFor("val/x.jpg")->pattern, "val");
}

TEST_F(PinsTest, PinningAPatternAgainReplacesItsRuleAndMakesItTheLast) {
  Pin("val", "final:raw");
  Pin("*", "source:original");
  Pin("val", "decode:zstd-5");
  EXPECT_EQ(pins_.Rules(),
            (std::vector<PinRule>{{"*", "source:original"}, {"val", "decode:zstd-5"}}));
  EXPECT_EQ(FormOf("val/x.jpg"), "decode:zstd-5");
}

TEST_F(PinsTest, ARemovedRuleLetsEarlierOnesDecideAgain) {
  Pin("*", "source:original");
  Pin("val", "final:raw");
  ASSERT_TRUE(pins_.Remove("val"));
  EXPECT_EQ(FormOf("val/x.jpg"), "source:original");
  EXPECT_EQ(pins_.Remove("val").error().code, ErrorCode::kNotFound);
  ASSERT_TRUE(pins_.Remove("*"));
  EXPECT_EQ(FormOf("val/x.jpg"), "");
}

TEST_F(PinsTest, RefusesFormsThatThereAreNotAndEmptyPaths) {
  for (const char* form : {"final:gzip", "nowhere:raw", "final", "", "final:shuffle-zstd"}) {
    const Result<void> pinned = pins_.Add({"val", form});
    ASSERT_FALSE(pinned) << form;
    EXPECT_EQ(pinned.error().code, ErrorCode::kInvalidArgument);
  }
  EXPECT_EQ(pins_.Add({"", "final:raw"}).error().code, ErrorCode::kInvalidArgument);
  EXPECT_TRUE(pins_.Rules().empty());
}

TEST(PinsText, GivesTheSameRulesAgainWhateverThePatternsHold) {
  const std::vector<PinRule> rules = {{"a b/*.jpg", "final:raw"},
                                      {"new\nline\\n", "source:original"},
                                      {"\xff\\", "decode:zstd-5"},
                                      {" ", "final:raw"}};
  EXPECT_EQ(PinsFromText(PinsToText(rules)).value(), rules);
  EXPECT_TRUE(PinsFromText("")->empty());
}

TEST(PinsText, IsWhatPeopleCanRead) {
  EXPECT_EQ(PinsToText({{"val/*", "final:raw"}, {"a b", "decode:png"}}),
            "final:raw val/*\ndecode:png a b\n");
}

TEST(PinsText, NamesTheLineThatIsNone) {
  for (const char* text : {"final:raw a\nfinal:raw\n", "final:raw a\n\n", "final:raw a\n a\n",
                           "final:raw a\nfinal:raw \n"}) {
    const auto rules = PinsFromText(text);
    ASSERT_FALSE(rules) << text;
    EXPECT_EQ(rules.error().code, ErrorCode::kCorrupt);
    EXPECT_NE(rules.error().message.find("line 2"), std::string::npos) << rules.error().message;
  }
}

}  // namespace
}  // namespace tensorfs
