// SPDX-License-Identifier: MIT
// A picture of one stacked bar for each row, as SVG. Pure functions.
#ifndef TENSORFS_TOOLS_PROFILE_BAR_CHART_H_
#define TENSORFS_TOOLS_PROFILE_BAR_CHART_H_

#include <string>
#include <vector>

namespace tensorfs {

struct BarPart {
  int colour = 0;  // of the style sheet's
  double value = 0;
  std::string tip;
};

struct Bar {
  std::string label;
  std::vector<BarPart> parts = {};
  std::string total = {};  // beside its end
  bool is_best = false;
};

struct BarChart {
  std::string title;  // for screen readers
  std::string axis_title;
  std::vector<Bar> bars = {};
};

std::string RenderBars(const BarChart& chart);

}  // namespace tensorfs

#endif  // TENSORFS_TOOLS_PROFILE_BAR_CHART_H_
