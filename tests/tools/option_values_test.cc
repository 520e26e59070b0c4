// SPDX-License-Identifier: MIT
#include "tools/option_values.h"

#include <gtest/gtest.h>

namespace tensorfs {
namespace {

TEST(ParseByteSize, KnowsBinaryAndDecimalUnits) {
  EXPECT_EQ(ParseByteSize("1").value(), 1u);
  EXPECT_EQ(ParseByteSize("10b").value(), 10u);
  EXPECT_EQ(ParseByteSize("2k").value(), 2048u);
  EXPECT_EQ(ParseByteSize("512MiB").value(), 512u << 20);
  EXPECT_EQ(ParseByteSize("1.5G").value(), 3u << 29);
  EXPECT_EQ(ParseByteSize("2GB").value(), 2'000'000'000u);
  EXPECT_EQ(ParseByteSize("1T").value(), size_t{1} << 40);
}

TEST(ParseByteSize, RefusesWhatIsNoSize) {
  for (const char* text : {"", "M", "lots", "-1", "0", "1X", "1MiBs", "1..5G", "1e30", "1 G",
                           "99999999999999T", "nan"}) {
    EXPECT_FALSE(ParseByteSize(text)) << text;
  }
}

TEST(ParseByteSize, SaysWhatWasGivenAndWhatIsExpected) {
  EXPECT_EQ(ParseByteSize("lots").error().message,
            "\"lots\": expected a size such as 512MiB or 2G");
}

TEST(ParseResizeSize, TellsAShorterSideFromHeightAndWidth) {
  EXPECT_EQ(std::get<int>(ParseResizeSize("256").value()), 256);
  EXPECT_EQ(std::get<ImageSize>(ParseResizeSize("224x320").value()),
            (ImageSize{.width = 320, .height = 224}));
}

TEST(ParseCropSize, MakesOneNumberASquare) {
  EXPECT_EQ(ParseCropSize("224").value(), (ImageSize{224, 224}));
  EXPECT_EQ(ParseCropSize("100x200").value(), (ImageSize{.width = 200, .height = 100}));
}

TEST(ParseCropSize, RefusesWhatIsNoSize) {
  for (const char* text : {"", "0", "-3", "x", "1x", "1x2x3", "2 x 2", "big", "0x5", "99999999"}) {
    EXPECT_FALSE(ParseCropSize(text)) << text;
    EXPECT_FALSE(ParseResizeSize(text)) << text;
  }
}

TEST(ParseNormalize, KnowsImageNetsConstants) {
  const Normalize normalize = ParseNormalize("imagenet").value();
  EXPECT_EQ(normalize.mean, (std::vector<float>{0.485f, 0.456f, 0.406f}));
  EXPECT_EQ(normalize.std, (std::vector<float>{0.229f, 0.224f, 0.225f}));
}

TEST(ParseNormalize, TakesMeansAndDeviations) {
  const Normalize normalize = ParseNormalize("0.5,0.25,-1/1,2,3e-1").value();
  EXPECT_EQ(normalize.mean, (std::vector<float>{0.5f, 0.25f, -1.0f}));
  EXPECT_EQ(normalize.std, (std::vector<float>{1.0f, 2.0f, 0.3f}));
}

TEST(ParseNormalize, RefusesUnequalOrBrokenLists) {
  for (const char* text : {"", "coco", "1,2", "1,2/1", "1,x/1,2", "/", "1/inf", "1,/1,"}) {
    EXPECT_FALSE(ParseNormalize(text)) << text;
  }
}

TEST(ParseExtensions, LowersAndTakesDotsAway) {
  EXPECT_EQ(ParseExtensions(".JPG,png").value(), (std::vector<std::string>{"jpg", "png"}));
  EXPECT_FALSE(ParseExtensions("jpg,,png"));
  EXPECT_FALSE(ParseExtensions("a/b"));
}

TEST(ParseSocketAddress, TakesNamesAndBothFamilies) {
  EXPECT_EQ(ParseSocketAddress("127.0.0.1:9100").value().host, "127.0.0.1");
  EXPECT_EQ(ParseSocketAddress("[::1]:9100").value().host, "::1");
  EXPECT_EQ(ParseSocketAddress("localhost:0").value().port, 0);
}

TEST(ParseSocketAddress, RefusesWhatIsNoAddress) {
  for (const char* text :
       {"", "9100", ":9100", "localhost:", "localhost:http", "a:65536", "a:-1"}) {
    EXPECT_FALSE(ParseSocketAddress(text)) << text;
  }
}

TEST(ParseShare, IsInPerCent) {
  EXPECT_DOUBLE_EQ(ParseShare("20").value(), 0.2);
  EXPECT_DOUBLE_EQ(ParseShare("2.5%").value(), 0.025);
  EXPECT_EQ(ParseShare("0").value(), 0);
  EXPECT_EQ(ParseShare("100").value(), 1);
  for (const char* text : {"-1", "101", "many", "", "%", "20%%", "nan"}) {
    EXPECT_FALSE(ParseShare(text)) << text;
  }
}

TEST(ParseCount, RefusesNoneAndTooMany) {
  EXPECT_EQ(ParseCount("16").value(), 16);
  for (const char* text : {"0", "-1", "many", "100000", "1.5", ""}) EXPECT_FALSE(ParseCount(text));
}

TEST(ParseSeconds, TakesFractions) {
  EXPECT_EQ(ParseSeconds("0").value(), 0.0);
  EXPECT_EQ(ParseSeconds("1.5").value(), 1.5);
  for (const char* text : {"-1", "nan", "inf", "soon"}) EXPECT_FALSE(ParseSeconds(text));
}

TEST(ParseNames, ListsWhatIsPossible) {
  EXPECT_EQ(ParseNames("keep").value(), NamesMode::kKeep);
  EXPECT_EQ(ParseNames("lose").error().message, "\"lose\": expected one of replace, keep");
}

}  // namespace
}  // namespace tensorfs
