// SPDX-License-Identifier: MIT
#include "tools/text_file.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "tests/tools/temporary_dir.h"
#include "tools/pin_file.h"

namespace tensorfs {
namespace {

TEST(TextFile, ComesBackAsItWasWritten) {
  const TemporaryDir scratch;
  const std::string path = scratch / "file";
  EXPECT_EQ(ReadTextFile(path).error().code, ErrorCode::kNotFound);
  for (const std::string& text :
       {std::string(100'000, 'x'), std::string("a\0b\n", 4), std::string()}) {
    ASSERT_TRUE(ReplaceTextFile(path, text));
    EXPECT_EQ(ReadTextFile(path).value(), text);
  }
  EXPECT_EQ(std::distance(std::filesystem::directory_iterator(scratch.path()), {}), 1);
}

TEST(TextFile, ErrorsNameTheFile) {
  const TemporaryDir scratch;
  const auto written = ReplaceTextFile(scratch / "none/file", "text");
  ASSERT_FALSE(written);
  EXPECT_NE(written.error().message.find("none/file"), std::string::npos);
  EXPECT_EQ(ReadTextFile(scratch.path()).error().code, ErrorCode::kIo);
}

class PinFile : public testing::Test {
 protected:
  std::vector<PinRule> Loaded() {
    Pins pins(&pipeline_);
    LoadPins(scratch_.path(), &pins);
    return pins.Rules();
  }

  const TemporaryDir scratch_;
  const Pipeline pipeline_ = *Pipeline::Create({Resize{256}}, Layout::kHwc);
};

TEST_F(PinFile, PinsAreThereAgain) {
  EXPECT_TRUE(Loaded().empty());
  const std::vector<PinRule> rules = {{"val", "final:raw"}, {"a\nb*", "resize:png"}};
  ASSERT_TRUE(SavePins(scratch_.path(), rules));
  EXPECT_EQ(Loaded(), rules);
  ASSERT_TRUE(SavePins(scratch_.path(), {}));
  EXPECT_TRUE(Loaded().empty());
}

TEST_F(PinFile, WhatThePipelineHasNoFormForIsLeftOut) {
  ASSERT_TRUE(SavePins(scratch_.path(), {{"a", "center-crop:raw"}, {"b", "final:raw"}}));
  EXPECT_EQ(Loaded(), (std::vector<PinRule>{{"b", "final:raw"}}));
}

TEST_F(PinFile, ADamagedFilePinsNothing) {
  std::ofstream(scratch_ / "pins") << "final:raw a\nnonsense\n";
  EXPECT_TRUE(Loaded().empty());
}

}  // namespace
}  // namespace tensorfs
