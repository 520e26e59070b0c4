// SPDX-License-Identifier: MIT
#include "tools/profile/bar_chart.h"

#include <algorithm>

#include "tools/profile/axis_scale.h"
#include "tools/profile/svg.h"

namespace tensorfs {
namespace {

constexpr double kWidth = 760;
constexpr double kTop = 6;
constexpr double kBelow = 48;
constexpr double kRow = 26;
constexpr double kBarHeight = 16;
constexpr double kGap = 10;  // between a bar and the texts beside it
constexpr double kMostLabel = 260;

double ValueOf(const Bar& bar) {
  double value = 0;
  for (const BarPart& part : bar.parts) value += part.value;
  return value;
}

double WidestOf(const BarChart& chart, std::string Bar::*text) {
  double width = 0;
  for (const Bar& bar : chart.bars) width = std::max(width, TextWidth(bar.*text));
  return width;
}

std::string Parts(const Bar& bar, const AxisScale& scale, double top) {
  std::string svg;
  double before = 0;
  for (const BarPart& part : bar.parts) {
    const double left = scale.PixelOf(before);
    before += part.value;
    const double width = scale.PixelOf(before) - left;
    if (width <= 0) continue;
    svg += "<g>" + SvgTip(part.tip) +
           SvgBox({left, top, width, kBarHeight}, "bar f" + std::to_string(part.colour)) + "</g>\n";
  }
  return svg;
}

}  // namespace

std::string RenderBars(const BarChart& chart) {
  const double left = std::min(WidestOf(chart, &Bar::label), kMostLabel) + kGap;
  const double right = kWidth - WidestOf(chart, &Bar::total) - 2 * kGap;
  const double bottom = kTop + kRow * static_cast<double>(chart.bars.size());
  double most = 0;
  for (const Bar& bar : chart.bars) most = std::max(most, ValueOf(bar));
  const AxisScale scale = AxisScale::FromZero(most, {left, right});
  std::string content;
  for (const double tick : scale.ticks()) {
    const double x = scale.PixelOf(tick);
    content += SvgLine({x, kTop}, {x, bottom}, "grid");
    content += SvgText({x, bottom + 16}, TickLabel(tick), Anchor::kMiddle, "tick");
  }
  for (size_t i = 0; i < chart.bars.size(); ++i) {
    const Bar& bar = chart.bars[i];
    const double top = kTop + kRow * static_cast<double>(i) + (kRow - kBarHeight) / 2;
    const double base = top + kBarHeight - 4;
    const std::string css = bar.is_best ? "name best" : "name";
    content += SvgText({left - kGap, base}, bar.label, Anchor::kEnd, css);
    content += Parts(bar, scale, top);
    content += SvgText({scale.PixelOf(ValueOf(bar)) + 6, base}, bar.total, Anchor::kStart, css);
  }
  content += SvgText({(left + right) / 2, bottom + 38}, chart.axis_title, Anchor::kMiddle, "axis");
  return SvgPicture(kWidth, bottom + kBelow, chart.title, content);
}

}  // namespace tensorfs
