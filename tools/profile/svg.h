// SPDX-License-Identifier: MIT
// The parts that pictures in the report are made of, as SVG inside an HTML page. Colours are
// classes that the page's style sheet defines for light and dark (tools/profile/html_style.h). Pure
// functions; coordinates are CSS pixels, y downwards.
#ifndef TENSORFS_TOOLS_PROFILE_SVG_H_
#define TENSORFS_TOOLS_PROFILE_SVG_H_

#include <string>
#include <string_view>

namespace tensorfs {

inline constexpr double kFontPx = 13;

struct Point {
  double x = 0;
  double y = 0;
};

struct Box {
  double left = 0;
  double top = 0;
  double width = 0;
  double height = 0;

  double right() const { return left + width; }
  double bottom() const { return top + height; }
};

enum class Anchor { kStart, kMiddle, kEnd };

// Any text for the inside of an element or of a quoted attribute: markup becomes entities, control
// characters \xNN, and what is not UTF-8 U+FFFD.
std::string EscapeHtml(std::string_view text);
// The same for texts of several lines, which keep their ends.
std::string EscapeLines(std::string_view text);

// How wide a text of this size may be in any usual sans-serif font: too much rather than too
// little.
double TextWidth(std::string_view text, double font_px = kFontPx);

// `css` are class names; `text` is escaped.
std::string SvgText(Point at, std::string_view text, Anchor anchor = Anchor::kStart,
                    std::string_view css = {});
std::string SvgLine(Point from, Point to, std::string_view css);
std::string SvgBox(const Box& box, std::string_view css);
// What shows as a tip over an element that it is inside of.
std::string SvgTip(std::string_view text);

// A sign of about ten pixels for one of kMarkers kinds; `inside` goes into its element.
inline constexpr int kMarkers = 8;
inline constexpr double kMarkerRadius = 5.5;
std::string SvgMarker(Point at, int kind, std::string_view css, std::string_view inside = {});

// The outermost element; `label` is read out by screen readers.
std::string SvgPicture(double width, double height, std::string_view label,
                       std::string_view content);

}  // namespace tensorfs

#endif  // TENSORFS_TOOLS_PROFILE_SVG_H_
