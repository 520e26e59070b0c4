// SPDX-License-Identifier: MIT
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <sstream>
#include <string>
#include <vector>

#include "report_profile.h"
#include "tools/profile/axis_scale.h"
#include "tools/profile/label_placement.h"
#include "tools/profile/profile_csv.h"
#include "tools/profile/profile_figures.h"
#include "tools/profile/profile_html.h"
#include "tools/profile/profile_table.h"
#include "tools/profile/scatter_chart.h"

namespace tensorfs {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

std::vector<std::string> LinesOf(const std::string& text) {
  std::istringstream stream(text);
  std::vector<std::string> lines;
  for (std::string line; std::getline(stream, line);) lines.push_back(line);
  return lines;
}

size_t ColumnsOf(const std::string& line) {
  size_t columns = 0;
  for (const char c : line) columns += (static_cast<unsigned char>(c) & 0xC0) != 0x80 ? 1 : 0;
  return columns;
}

// Of one line of RFC 4180, without its end.
std::vector<std::string> FieldsOf(const std::string& line) {
  std::vector<std::string> fields(1);
  bool quoted = false;
  for (size_t i = 0; i < line.size(); ++i) {
    if (line[i] == '"' && quoted && i + 1 < line.size() && line[i + 1] == '"') {
      fields.back() += line[i++];
    } else if (line[i] == '"') {
      quoted = !quoted;
    } else if (line[i] == ',' && !quoted) {
      fields.emplace_back();
    } else if (line[i] != '\r') {
      fields.back() += line[i];
    }
  }
  return fields;
}

size_t CountOf(const std::string& text, const std::string& part) {
  size_t count = 0;
  for (size_t at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) ++count;
  return count;
}

Profile LongProfile() {
  Profile profile = ReportProfile();
  profile.set.source = "/" + std::string(150, 'x') + "\n\x1b[31m";
  profile.strategies[3].form = "a-step-with-a-very-long-name-2:shuffle-zstd-19";
  profile.strategies[3].stored_bytes_all = 1e15;
  profile.strategies[3].prepare_s = 1e7;
  profile.strategies[4].cpu_s = 1e-7;
  return profile;
}

TEST(ProfileTable, FitsAHundredColumns) {
  for (const Profile& profile : {ReportProfile(), LongProfile()}) {
    const auto made = Recommend(profile, {}, {.store_limit_bytes = 30'000'000});
    ASSERT_TRUE(made);
    for (const std::string& line : LinesOf(ProfileTable(profile, *made))) {
      EXPECT_LE(ColumnsOf(line), 100) << line;
    }
  }
}

TEST(ProfileTable, BeginsWithTheBestAndWhy) {
  const Profile profile = ReportProfile();
  const std::string table = ProfileTable(profile, *Recommend(profile, {}, {}));
  EXPECT_TRUE(table.starts_with("best          center-crop:planar-zstd\n")) << table;
  EXPECT_THAT(table, HasSubstr("because       center-crop:planar-zstd is best"));
  EXPECT_LT(table.find("\ncenter-crop:planar-zstd "), table.find("\nsource:original "));
}

TEST(ProfileTable, SaysWhatIsNotToBeHad) {
  const Profile profile = ReportProfile();
  const auto made = Recommend(profile, {}, {.store_limit_bytes = 40'000'000});
  EXPECT_THAT(ProfileTable(profile, *made), HasSubstr("final:raw                 needs 287.1 MiB"));
}

TEST(ProfileCsv, QuotesAsTheRfcSays) {
  EXPECT_EQ(CsvField("plain"), "plain");
  EXPECT_EQ(CsvField("a,b"), "\"a,b\"");
  EXPECT_EQ(CsvField("say \"so\""), "\"say \"\"so\"\"\"");
  EXPECT_EQ(CsvField("two\r\nlines"), "\"two\r\nlines\"");
  EXPECT_EQ(CsvField(""), "");
}

TEST(ProfileCsv, EveryLineHasEveryColumn) {
  Profile profile = ReportProfile();
  profile.strategies[2].form = "with, a \"comma\"";
  profile.strategies[3].delivered.clear();
  const auto made = Recommend(profile, {}, {.store_limit_bytes = 40'000'000});
  const std::string csv = ProfileCsv(profile, *made);
  const std::vector<std::string> lines = LinesOf(csv);
  ASSERT_EQ(lines.size(), 1 + profile.strategies.size());
  const std::vector<std::string> headings = FieldsOf(lines[0]);
  EXPECT_THAT(headings, ::testing::Contains("cold_2_samples_per_s"));
  EXPECT_THAT(headings, ::testing::Contains("online filesystem cpu_s"));
  for (const std::string& line : lines) {
    EXPECT_TRUE(line.ends_with("\r"));
    EXPECT_EQ(FieldsOf(line).size(), headings.size()) << line;
  }
  EXPECT_THAT(csv, HasSubstr("\"with, a \"\"comma\"\"\""));
}

TEST(ProfileHtml, HasEveryFormAndAllPictures) {
  const Profile profile = ReportProfile();
  const std::string html = ProfileHtml(profile, *Recommend(profile, {}, {}), "tensorfs profile x");
  for (const Strategy& strategy : profile.strategies) EXPECT_THAT(html, HasSubstr(strategy.form));
  EXPECT_EQ(CountOf(html, "role=\"img\""), 4);
  EXPECT_EQ(CountOf(html, "<figcaption>"), 4);
  EXPECT_EQ(CountOf(html, "<table>"), 7);
  EXPECT_THAT(html, HasSubstr("<code>tensorfs profile x</code>"));
  EXPECT_THAT(html, HasSubstr("<html lang=\"en\">"));
}

TEST(ProfileHtml, LoadsNothingAndRunsNothing) {
  const Profile profile = ReportProfile();
  const std::string html = ProfileHtml(profile, *Recommend(profile, {}, {}), "");
  for (const char* part : {"<script", "http:", "https:", "src=", "url(", "@import", "<iframe"}) {
    EXPECT_THAT(html, Not(HasSubstr(part)));
  }
}

TEST(ProfileHtml, EscapesWhatComesFromOutside) {
  const std::string hostile = "<script>&\"'</title>\x01\xff";
  Profile profile = ReportProfile();
  profile.set.source = profile.machine.cpu = profile.machine.kernel = hostile;
  profile.steps[0].name = profile.strategies[1].online[0].name = hostile;
  profile.strategies[2].form = profile.strategies[2].encoding = hostile;
  const std::string html = ProfileHtml(profile, *Recommend(profile, {}, {}), hostile);
  EXPECT_THAT(html, Not(HasSubstr("<script")));
  EXPECT_THAT(html, Not(HasSubstr("\x01")));
  EXPECT_THAT(html, Not(HasSubstr("\xff")));
  EXPECT_THAT(html, HasSubstr("&lt;script&gt;&amp;&quot;&#39;&lt;/title&gt;\\x01"));
}

TEST(ProfileHtml, StandsForAnUnlimitedDiskAndOneStrategy) {
  Profile profile = ReportProfile();
  profile.machine.disk_bytes_per_s = 0;  // not known
  profile.strategies.resize(1);
  profile.cached.clear();
  const auto made = Recommend(profile, {}, {});
  ASSERT_TRUE(made) << made.error().message;
  const std::string html = ProfileHtml(profile, *made, "");
  EXPECT_THAT(html, Not(HasSubstr("nan")));
  EXPECT_THAT(html, Not(HasSubstr("inf,")));
}

// Also those whose corner is beyond an axis.
TEST(ScatterChart, EveryLabelledLineHasItsLabel) {
  ScatterChart chart{.title = "t", .x_title = "x", .y_title = "y", .is_logarithmic = true};
  for (const double x : {1.0, 100.0}) {
    chart.points.push_back({.label = "p", .tip = "", .at = {x, x}});
  }
  for (const Point& corner : {Point{10, 10}, {10, 1e6}, {1e6, 10}, {20, 1e6}}) {
    chart.lines.push_back({.points = {{corner.x, 0}, corner, {0, corner.y}},
                           .css = "guide",
                           .label = "line " + std::to_string(chart.lines.size())});
  }
  const std::string svg = RenderScatter(chart);
  for (const ScatterLine& line : chart.lines) EXPECT_THAT(svg, HasSubstr(line.label));
}

TEST(Labels, NeverCoverAnotherOrAPoint) {
  constexpr Box kFrame = {0, 0, 400, 300};
  constexpr double kRadius = 6;
  std::vector<Point> points;
  for (int i = 0; i < 40; ++i) points.push_back({30.0 + (i * 37) % 340, 20.0 + (i * 61) % 260});
  points.push_back(points[0]);  // two in one place
  std::vector<LabelWish> wishes;
  for (const Point& point : points) wishes.push_back({.point = point, .width = 60, .height = 14});
  const auto placed =
      PlaceLabels(wishes, {.points = points, .radius = kRadius, .boxes = {}, .lines = {}}, kFrame);
  ASSERT_EQ(placed.size(), wishes.size());
  EXPECT_TRUE(placed[0]);
  for (size_t i = 0; i < placed.size(); ++i) {
    if (!placed[i]) continue;
    const Box& box = placed[i]->box;
    EXPECT_GE(box.left, 0);
    EXPECT_LE(box.right(), kFrame.right());
    EXPECT_LE(box.bottom(), kFrame.bottom());
    for (const Point& point : points) {
      EXPECT_FALSE(Overlaps(box, {point.x - 5, point.y - 5, 10, 10}));
    }
    for (size_t j = 0; j < i; ++j) EXPECT_FALSE(placed[j] && Overlaps(box, placed[j]->box));
  }
}

TEST(Labels, CoverALineOnlyWhereThereIsNoOtherRoom) {
  const std::vector<Point> points = {{100, 50}};
  const std::vector<LabelWish> wishes = {{.point = points[0], .width = 60, .height = 14}};
  const std::vector<Box> line = {{150, 0, 2, 100}};  // to the right
  LabelObstacles obstacles{.points = points, .radius = 6, .boxes = {}, .lines = line};
  const auto beside = PlaceLabels(wishes, obstacles, {0, 0, 400, 300});
  ASSERT_TRUE(beside[0]);
  EXPECT_FALSE(Overlaps(beside[0]->box, line[0]));
  const auto across = PlaceLabels(wishes, obstacles, {95, 42, 90, 16});
  ASSERT_TRUE(across[0]);
  EXPECT_TRUE(Overlaps(across[0]->box, line[0]));
  obstacles.boxes = line;
  EXPECT_FALSE(PlaceLabels(wishes, obstacles, {95, 42, 90, 16})[0]);
}

TEST(AxisScale, HasRoundTicksBelowTheLargestValue) {
  const AxisScale scale = AxisScale::FromZero(287, {0, 100});
  EXPECT_EQ(scale.ticks(), (std::vector<double>{0, 50, 100, 150, 200, 250}));
  EXPECT_DOUBLE_EQ(scale.PixelOf(143.5), 50);
  EXPECT_EQ(AxisScale::FromZero(0, {0, 1}).last(), 1);
}

TEST(AxisScale, LogarithmicIsEvenInRatios) {
  const AxisScale scale = AxisScale::Logarithmic(1, 100, {0, 100});
  EXPECT_NEAR(scale.PixelOf(10), 50, 1e-9);
  EXPECT_LT(scale.first(), 1);
  EXPECT_GT(scale.last(), 100);
  EXPECT_EQ(TickLabel(12000), "12,000");
  EXPECT_EQ(TickLabel(0.5), "0.5");
}

}  // namespace
}  // namespace tensorfs
