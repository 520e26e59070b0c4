// SPDX-License-Identifier: MIT
// A picture of named points on two axes, as SVG. Pure functions.
#ifndef TENSORFS_TOOLS_PROFILE_SCATTER_CHART_H_
#define TENSORFS_TOOLS_PROFILE_SCATTER_CHART_H_

#include <string>
#include <vector>

#include "tools/profile/svg.h"

namespace tensorfs {

struct ScatterPoint {
  std::string label;
  std::string tip;  // shown when it is pointed at
  Point at;         // in the axes' units; positive on logarithmic axes
  int colour = 0;   // of the style sheet's
  int marker = 0;   // of SvgMarker's
  bool is_best = false;
  bool is_faint = false;  // it is there for comparison only
};

// A line through points in the axes' units, with a small text at the last that is within the axes,
// or where it leaves them.
struct ScatterLine {
  std::vector<Point> points;
  std::string css;
  std::string label;
  bool is_cut = false;  // points beyond the axes are left out; otherwise they move to the edge
};

struct ScatterChart {
  std::string title;  // for screen readers
  std::string x_title;
  std::string y_title;
  bool is_logarithmic = false;            // both axes; from zero otherwise
  std::vector<ScatterPoint> points = {};  // those whose names matter most first
  std::vector<ScatterLine> lines = {};    // below the points
};

// Points whose names find no room have tips all the same.
std::string RenderScatter(const ScatterChart& chart);

}  // namespace tensorfs

#endif  // TENSORFS_TOOLS_PROFILE_SCATTER_CHART_H_
