// SPDX-License-Identifier: MIT
#include "tools/pipeline_file.h"

#include <gtest/gtest.h>

#include <fstream>

#include "tests/tools/temporary_dir.h"

namespace tensorfs {
namespace {

std::string TextOf(std::string_view toml) {
  const auto pipeline = ParsePipeline(toml, "p.toml");
  return pipeline ? pipeline->ToString() : "refused: " + pipeline.error().message;
}

std::string ErrorOf(std::string_view toml) {
  const auto pipeline = ParsePipeline(toml, "p.toml");
  if (pipeline) return "accepted: " + pipeline->ToString();
  EXPECT_EQ(pipeline.error().code, ErrorCode::kInvalidArgument);
  return pipeline.error().message;
}

TEST(PipelineFile, ReadsEveryStepAndArgument) {
  EXPECT_EQ(TextOf(R"(
layout = "hwc"
[[step]]
name = "Resize"
size = 256
interpolation = "bicubic"
max_size = 300
[[step]]
name = "Resize"
size = [3, 4]
[[step]]
name = "Pad"
padding = [1, 2]
fill = [7, 8, 9]
[[step]]
name = "Pad"
padding = [1, 2, 3, 4]
padding_mode = "reflect"
[[step]]
name = "CenterCrop"
size = [224]
[[step]]
name = "Grayscale"
num_output_channels = 3
[[step]]
name = "ToTensor"
[[step]]
name = "Normalize"
mean = [0.5, 0, 1]
std = [0.25]
[[step]]
name = "ConvertImageDtype"
dtype = "float16"
)"),
            "Resize(256, bicubic, max_size=300) > Resize(3x4) > Pad([1,2,1,2], fill=[7,8,9]) > "
            "Pad([1,2,3,4], reflect) > CenterCrop(224) > Grayscale(3) > ToTensor > "
            "Normalize(mean=[0.5,0,1], std=[0.25]) > ConvertImageDtype(float16) > hwc");
}

TEST(PipelineFile, TakesTorchvisionsDefaults) {
  EXPECT_EQ(TextOf(""), "Decode");
  EXPECT_EQ(TextOf("step = [{name = 'Pad', padding = 3}, {name = 'Grayscale'},"
                   "{name = 'PILToTensor'}, {name = 'ConvertImageDtype'}]"),
            "Pad([3,3,3,3]) > Grayscale(1) > PILToTensor > ConvertImageDtype(float32)");
}

TEST(PipelineFile, TakesWhatTorchvisionHasAndDoesNotMatterHere) {
  EXPECT_EQ(TextOf("step = [{name = 'Resize', size = 9, antialias = true}, {name = 'ToTensor'},"
                   "{name = 'Normalize', mean = [0.5], std = [0.25], inplace = true}]"),
            TextOf("step = [{name = 'Resize', size = 9}, {name = 'ToTensor'},"
                   "{name = 'Normalize', mean = [0.5], std = [0.25]}]"));
}

TEST(PipelineFile, RefusesToResizeWithoutAntialias) {
  const std::string resize = "[[step]]\nname = \"Resize\"\nsize = 3\nantialias = ";
  EXPECT_TRUE(ErrorOf(resize + "false")
                  .starts_with("p.toml:4: step 1 (Resize): \"antialias\" can only be true: "));
  EXPECT_EQ(ErrorOf(resize + "1"),
            "p.toml:4: step 1 (Resize): \"antialias\" must be true or false");
}

TEST(PipelineFile, NamesTheLineOfAMisspeltWord) {
  EXPECT_EQ(ErrorOf("[[step]]\nname = \"resize\"\nsize = 3"),
            "p.toml:2: step 1: there is no step \"resize\"; did you mean \"Resize\"?");
  EXPECT_EQ(ErrorOf("[[step]]\nname = \"Flip\""),
            "p.toml:2: step 1: there is no step \"Flip\"; expected one of Resize, CenterCrop, Pad, "
            "Grayscale, PILToTensor, ToTensor, ConvertImageDtype, Normalize");
  EXPECT_EQ(ErrorOf("[[step]]\nname = \"CenterCrop\"\nsice = 3"),
            "p.toml:3: step 1 (CenterCrop): there is no \"sice\"; did you mean \"size\"?");
  EXPECT_EQ(ErrorOf("layuot = \"hwc\""),
            "p.toml:1: there is no \"layuot\"; did you mean \"layout\"?");
  EXPECT_EQ(ErrorOf("layout = \"nchw\""),
            "p.toml:1: there is no layout \"nchw\"; did you mean \"chw\"?");
  EXPECT_EQ(ErrorOf("[[step]]\nname = \"Resize\"\nsize = 3\ninterpolation = \"cubic\""),
            "p.toml:4: step 1 (Resize): there is no interpolation \"cubic\"; did you mean "
            "\"bicubic\"?");
}

TEST(PipelineFile, SaysWhatWasExpectedInsteadOfAWrongType) {
  const auto resize = [](const std::string& size) {
    return ErrorOf("[[step]]\nname = \"Resize\"\nsize = " + size);
  };
  const std::string expected =
      "p.toml:3: step 1 (Resize): \"size\" must be an integer or [height, width]";
  for (const char* size : {"\"big\"", "1.5", "[1, 2, 3]", "[]", "[1, \"x\"]", "99999999999"}) {
    EXPECT_EQ(resize(size), expected);
  }
  EXPECT_EQ(ErrorOf("[[step]]\nname = 3"), "p.toml:2: step 1: \"name\" must be a string");
  EXPECT_EQ(ErrorOf("[[step]]\nsize = 3"), "p.toml:1: step 1: needs \"name\"");
  EXPECT_EQ(ErrorOf("[[step]]\nname = \"Resize\""), "p.toml:1: step 1 (Resize): needs \"size\"");
  EXPECT_EQ(ErrorOf("step = 3"), "p.toml:1: \"step\" must be a list of tables: write [[step]]");
  EXPECT_EQ(ErrorOf("step = [3]"), "p.toml:1: step 1: must be a table: [[step]]");
  EXPECT_EQ(ErrorOf("[[step]]\nname = \"Pad\"\npadding = 1\nfill = 256"),
            "p.toml:4: step 1 (Pad): \"fill\" must be from 0 to 255: one value, or one for each "
            "channel");
  EXPECT_EQ(ErrorOf("[[step]]\nname = \"ToTensor\"\n[[step]]\nname = \"Normalize\"\nmean = 1\n"
                    "std = [1]"),
            "p.toml:5: step 2 (Normalize): \"mean\" must be a list of numbers, one for each "
            "channel");
}

TEST(PipelineFile, TellsThePipelinesOwnErrorsWithTheirLine) {
  EXPECT_EQ(ErrorOf("[[step]]\nname = \"ToTensor\"\n\n[[step]]\nname = \"CenterCrop\"\nsize = 3"),
            "p.toml:4: step 2 (CenterCrop): must come before step 1 (ToTensor)");
}

TEST(PipelineFile, RefusesWhatIsNotToml) {
  EXPECT_TRUE(ErrorOf("[[step]]\nname = ").starts_with("p.toml:2: "));
  EXPECT_TRUE(ErrorOf("\xff\xfe").starts_with("p.toml:1: "));
}

TEST(PipelineFile, RefusesAHundredAndOneSteps) {
  std::string toml;
  for (int i = 0; i < 101; ++i) toml += "[[step]]\nname = \"Grayscale\"\n";
  EXPECT_EQ(ErrorOf(toml), "p.toml:1: more than 100 steps");
}

TEST(PipelineFile, TellsTheFirstStepThatIsToStayOnline) {
  const auto first_online = [](std::string_view toml) {
    const auto file = ParsePipelineFile(toml, "p.toml");
    EXPECT_TRUE(file) << file.error().message;
    return file ? file->first_online_step : std::nullopt;
  };
  const std::string resize = "[[step]]\nname = \"Resize\"\nsize = 256\n";
  const std::string crop = "[[step]]\nname = \"CenterCrop\"\nsize = 224\n";
  EXPECT_EQ(first_online(resize + crop), std::nullopt);
  EXPECT_EQ(first_online(resize + "online = false\n" + crop), std::nullopt);
  EXPECT_EQ(first_online(resize + crop + "online = true\n"), 1u);
  EXPECT_EQ(first_online(resize + "online = true\n" + crop + "online = true\n"), 0u);
  EXPECT_EQ(ErrorOf(resize + "online = 1\n"),
            "p.toml:4: step 1 (Resize): \"online\" must be true or false");
  EXPECT_EQ(TextOf(resize + "online = true\n"), "Resize(256)");
}

TEST(PipelineFile, IsLoadedByName) {
  const TemporaryDir dir;
  const std::string path = dir / "pipeline.toml";
  std::ofstream(path) << "[[step]]\nname = \"CenterCrop\"\nsize = 3\n";
  EXPECT_EQ(LoadPipelineFile(path)->ToString(), "CenterCrop(3)");
}

TEST(PipelineFile, TellsWhyAFileCannotBeRead) {
  const TemporaryDir dir;
  const std::string path = dir / "pipeline.toml";
  EXPECT_EQ(LoadPipelineFile(path).error().message, path + ": No such file or directory");
  EXPECT_EQ(LoadPipelineFile(path).error().code, ErrorCode::kNotFound);
  std::ofstream(path) << std::string((1 << 20) + 1, '#');
  EXPECT_EQ(LoadPipelineFile(path).error().code, ErrorCode::kTooLarge);
  EXPECT_EQ(LoadPipelineFile(dir.path()).error().message, dir.path() + ": Is a directory");
}

}  // namespace
}  // namespace tensorfs
