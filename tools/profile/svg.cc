// SPDX-License-Identifier: MIT
#include "tools/profile/svg.h"

#include <algorithm>
#include <cmath>

#include "fs/printable.h"
#include "tools/status.h"
#include "tools/table_text.h"

namespace tensorfs {
namespace {

// Wide fonts (DejaVu Sans, Verdana) take so much of their size for a character in the mean.
constexpr double kWidthOfCharacter = 0.63;

std::string Number(double value) { return Format("%.1f", value); }

std::string Attribute(std::string_view name, double value) {
  return " " + std::string(name) + "=\"" + Number(value) + "\"";
}

std::string Class(std::string_view css) {
  return css.empty() ? "" : " class=\"" + std::string(css) + "\"";
}

// A star-shaped or regular polygon: `corners` at the radii in turn, the first at `turn` degrees.
std::string Corners(Point at, int corners, double outer, double inner, double turn) {
  std::string points;
  for (int i = 0; i < corners; ++i) {
    const double radius = i % 2 == 0 ? outer : inner;
    const double angle = (turn + 360.0 * i / corners) * M_PI / 180;
    points += (i == 0 ? "" : " ") + Number(at.x + radius * std::cos(angle)) + "," +
              Number(at.y + radius * std::sin(angle));
  }
  return points;
}

std::string PointsOf(int kind, Point at) {
  constexpr double kR = kMarkerRadius;
  switch (kind) {
    case 1:
      return Corners(at, 4, 1.3 * kR, 1.3 * kR, 0);  // diamond
    case 2:
      return Corners(at, 4, 1.25 * kR, 1.25 * kR, 45);  // square
    case 3:
      return Corners(at, 3, 1.35 * kR, 1.35 * kR, -90);  // triangle
    case 4:
      return Corners(at, 3, 1.35 * kR, 1.35 * kR, 90);  // the same, hanging
    case 5:
      return Corners(at, 10, 1.5 * kR, 0.65 * kR, -90);  // star
    case 6:
      return Corners(at, 6, 1.15 * kR, 1.15 * kR, 0);  // hexagon
    default:
      return Corners(at, 8, 1.7 * kR, 0.55 * kR, 0);  // star of four points
  }
}

}  // namespace

std::string EscapeHtml(std::string_view text) {
  std::string escaped;
  for (const char c : Printable(ReplaceInvalidUtf8(std::string(text)))) {
    switch (c) {
      case '&':
        escaped += "&amp;";
        break;
      case '<':
        escaped += "&lt;";
        break;
      case '>':
        escaped += "&gt;";
        break;
      case '"':
        escaped += "&quot;";
        break;
      case '\'':
        escaped += "&#39;";
        break;
      default:
        escaped += c;
    }
  }
  return escaped;
}

std::string EscapeLines(std::string_view text) {
  std::string escaped;
  while (!text.empty()) {
    const size_t end = std::min(text.find('\n'), text.size());
    escaped += EscapeHtml(text.substr(0, end)) + "\n";
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return escaped;
}

double TextWidth(std::string_view text, double font_px) {
  const auto is_first = [](char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; };
  return kWidthOfCharacter * font_px * static_cast<double>(std::ranges::count_if(text, is_first));
}

std::string SvgText(Point at, std::string_view text, Anchor anchor, std::string_view css) {
  std::string element = "<text" + Attribute("x", at.x) + Attribute("y", at.y);
  if (anchor != Anchor::kStart) {
    element += anchor == Anchor::kMiddle ? " text-anchor=\"middle\"" : " text-anchor=\"end\"";
  }
  return element + Class(css) + ">" + EscapeHtml(text) + "</text>\n";
}

std::string SvgLine(Point from, Point to, std::string_view css) {
  return "<line" + Attribute("x1", from.x) + Attribute("y1", from.y) + Attribute("x2", to.x) +
         Attribute("y2", to.y) + Class(css) + "/>\n";
}

std::string SvgBox(const Box& box, std::string_view css) {
  return "<rect" + Attribute("x", box.left) + Attribute("y", box.top) +
         Attribute("width", std::max(box.width, 0.0)) +
         Attribute("height", std::max(box.height, 0.0)) + Class(css) + "/>\n";
}

std::string SvgTip(std::string_view text) { return "<title>" + EscapeHtml(text) + "</title>"; }

std::string SvgMarker(Point at, int kind, std::string_view css, std::string_view inside) {
  const bool is_circle = kind % kMarkers == 0;
  const std::string name = is_circle ? "circle" : "polygon";
  const std::string shape =
      is_circle ? Attribute("cx", at.x) + Attribute("cy", at.y) + Attribute("r", kMarkerRadius)
                : " points=\"" + PointsOf(kind % kMarkers, at) + "\"";
  return "<" + name + shape + Class(css) + ">" + std::string(inside) + "</" + name + ">\n";
}

std::string SvgPicture(double width, double height, std::string_view label,
                       std::string_view content) {
  return "<svg viewBox=\"0 0 " + Number(width) + " " + Number(height) + "\" role=\"img\"" +
         " aria-label=\"" + EscapeHtml(label) + "\">\n" + std::string(content) + "</svg>\n";
}

}  // namespace tensorfs
