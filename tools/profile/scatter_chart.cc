// SPDX-License-Identifier: MIT
#include "tools/profile/scatter_chart.h"

#include <algorithm>
#include <cmath>
#include <optional>

#include "tools/profile/axis_scale.h"
#include "tools/profile/label_placement.h"
#include "tools/table_text.h"

namespace tensorfs {
namespace {

constexpr double kWidth = 760;
constexpr double kHeight = 440;
constexpr Box kFrame = {70, 14, kWidth - 70 - 20, kHeight - 14 - 54};
constexpr double kLabelPx = 12;
constexpr double kLabelHeight = 15;

struct Axes {
  AxisScale x;
  AxisScale y;

  Point PixelOf(const Point& at) const { return {x.PixelOf(at.x), y.PixelOf(at.y)}; }
};

AxisScale ScaleOf(const ScatterChart& chart, double Point::*part, PixelSpan pixels) {
  double least = 0;
  double most = 0;
  for (const ScatterPoint& point : chart.points) {
    const double value = point.at.*part;
    least = least > 0 ? std::min(least, value) : value;
    most = std::max(most, value);
  }
  if (!chart.is_logarithmic) return AxisScale::FromZero(1.08 * most, pixels);
  return least > 0 ? AxisScale::Logarithmic(least, most, pixels)
                   : AxisScale::Logarithmic(1, 10, pixels);
}

std::string Grid(const Axes& axes) {
  std::string svg;
  for (const double tick : axes.x.ticks()) {
    const double x = axes.x.PixelOf(tick);
    svg += SvgLine({x, kFrame.top}, {x, kFrame.bottom()}, "grid");
    svg += SvgText({x, kFrame.bottom() + 18}, TickLabel(tick), Anchor::kMiddle, "tick");
  }
  for (const double tick : axes.y.ticks()) {
    const double y = axes.y.PixelOf(tick);
    svg += SvgLine({kFrame.left, y}, {kFrame.right(), y}, "grid");
    svg += SvgText({kFrame.left - 8, y + 4}, TickLabel(tick), Anchor::kEnd, "tick");
  }
  return svg;
}

// The title of the upright axis stands along it.
std::string Titles(const ScatterChart& chart) {
  const double middle = kFrame.top + kFrame.height / 2;
  return SvgText({kFrame.left + kFrame.width / 2, kHeight - 12}, chart.x_title, Anchor::kMiddle,
                 "axis") +
         "<g transform=\"translate(16 " + Format("%.1f", middle) + ") rotate(-90)\">" +
         SvgText({0, 0}, chart.y_title, Anchor::kMiddle, "axis") + "</g>\n";
}

bool IsInside(const AxisScale& scale, double value) {
  return value >= scale.first() && value <= scale.last();
}

struct DrawnLines {
  std::string svg;
  std::vector<Box> labels;
  std::vector<Box> straight;  // parts that are upright or level
};

// A name across a straight line is hard to read; across a slanting one it would have no other room.
void NoteStraight(const Point& from, const Point& to, DrawnLines& drawn) {
  if (from.x != to.x && from.y != to.y) return;
  drawn.straight.push_back({std::min(from.x, to.x) - 1, std::min(from.y, to.y) - 1,
                            std::abs(from.x - to.x) + 2, std::abs(from.y - to.y) + 2});
}

// Beside that end of its line, or a little below where another is.
void AddLabel(const std::string& label, const Point& end, DrawnLines& drawn) {
  constexpr double kHigh = 12;
  const double width = TextWidth(label, kLabelPx - 1);
  for (const double below : {0.0, kHigh + 2, 2 * (kHigh + 2)}) {
    const double top = std::max(end.y - kHigh / 2, kFrame.top + 2) + below;
    const Box box{std::min(end.x + 4, kFrame.right() - width - 2),
                  std::min(top, kFrame.bottom() - kHigh - 2), width, kHigh};
    const bool is_free =
        std::ranges::none_of(drawn.labels, [&](const Box& other) { return Overlaps(box, other); });
    if (!is_free) continue;
    drawn.svg += SvgText({box.left, box.bottom() - 2}, label, Anchor::kStart, "guide-label");
    drawn.labels.push_back(box);
    return;
  }
}

DrawnLines Lines(const ScatterChart& chart, const Axes& axes) {
  DrawnLines drawn;
  for (const ScatterLine& line : chart.lines) {
    std::string points;
    std::optional<Point> last;
    std::optional<Point> before;
    for (const Point& at : line.points) {
      const bool x_is_inside = IsInside(axes.x, at.x);
      const bool y_is_inside = IsInside(axes.y, at.y);
      const bool is_inside = x_is_inside && y_is_inside;
      if (line.is_cut ? !is_inside : !x_is_inside && !y_is_inside) continue;
      const Point pixel = axes.PixelOf(at);
      points += Format("%.1f,", pixel.x) + Format("%.1f ", pixel.y);
      if (is_inside) last = pixel;
      if (before) NoteStraight(*before, pixel, drawn);
      before = pixel;
    }
    drawn.svg += "<polyline points=\"" + points + "\" class=\"" + line.css + "\"/>\n";
    if (!line.label.empty() && before) AddLabel(line.label, last.value_or(*before), drawn);
  }
  return drawn;
}

std::string Marker(const ScatterPoint& point, const Point& pixel) {
  const std::string css =
      "marker f" + std::to_string(point.colour) + (point.is_faint ? " faint" : "");
  std::string svg;
  if (point.is_best) {
    svg += "<circle cx=\"" + Format("%.1f", pixel.x) + "\" cy=\"" + Format("%.1f", pixel.y) +
           "\" r=\"10\" class=\"ring\"/>\n";
  }
  return svg + SvgMarker(pixel, point.marker, css, SvgTip(point.tip));
}

std::string Names(const ScatterChart& chart, const std::vector<Point>& pixels,
                  const DrawnLines& lines) {
  std::vector<LabelWish> wishes;
  for (size_t i = 0; i < pixels.size(); ++i) {
    wishes.push_back({.point = pixels[i],
                      .width = TextWidth(chart.points[i].label, kLabelPx),
                      .height = kLabelHeight});
  }
  const auto placed = PlaceLabels(wishes,
                                  {.points = pixels,
                                   .radius = kMarkerRadius + 2,
                                   .boxes = lines.labels,
                                   .lines = lines.straight},
                                  kFrame);
  std::string svg;
  for (size_t i = 0; i < placed.size(); ++i) {
    if (!placed[i]) continue;
    const Box& box = placed[i]->box;
    const bool is_left = box.right() <= pixels[i].x;
    if (placed[i]->is_far) {
      const Point end{std::clamp(pixels[i].x, box.left, box.right()),
                      std::clamp(pixels[i].y, box.top + 2, box.bottom() - 2)};
      svg += SvgLine(pixels[i], end, "leader");
    }
    // Fonts differ in width: the text keeps to the side that faces its point.
    svg += SvgText({is_left ? box.right() : box.left, box.bottom() - 3.5}, chart.points[i].label,
                   is_left ? Anchor::kEnd : Anchor::kStart,
                   chart.points[i].is_best ? "name best" : "name");
  }
  return svg;
}

}  // namespace

std::string RenderScatter(const ScatterChart& chart) {
  const Axes axes{ScaleOf(chart, &Point::x, {kFrame.left, kFrame.right()}),
                  ScaleOf(chart, &Point::y, {kFrame.bottom(), kFrame.top})};
  const DrawnLines lines = Lines(chart, axes);
  std::vector<Point> pixels;
  for (const ScatterPoint& point : chart.points) pixels.push_back(axes.PixelOf(point.at));
  const std::string names = Names(chart, pixels, lines);
  std::string content = Grid(axes) + SvgBox(kFrame, "frame") + lines.svg + Titles(chart) + names;
  // The most important point is drawn last, above all others.
  for (size_t i = pixels.size(); i-- > 0;) content += Marker(chart.points[i], pixels[i]);
  return SvgPicture(kWidth, kHeight, chart.title, content);
}

}  // namespace tensorfs
