// SPDX-License-Identifier: MIT
// Where names go beside the points of a picture, so that none covers another or a point. Pure
// functions.
#ifndef TENSORFS_TOOLS_PROFILE_LABEL_PLACEMENT_H_
#define TENSORFS_TOOLS_PROFILE_LABEL_PLACEMENT_H_

#include <optional>
#include <span>
#include <vector>

#include "tools/profile/svg.h"

namespace tensorfs {

struct LabelWish {
  Point point;       // the middle of what it names
  double width = 0;  // of the text
  double height = 0;
};

struct PlacedLabel {
  Box box;
  bool is_far = false;  // a line is to lead to its point
};

bool Overlaps(const Box& a, const Box& b);

// For each wish its place within `frame`, or nothing where there is no room. Those first are served
// first. A box of `radius` around each of `points` is left free, and so are the boxes in `taken`.
std::vector<std::optional<PlacedLabel>> PlaceLabels(std::span<const LabelWish> wishes,
                                                    std::span<const Point> points, double radius,
                                                    std::span<const Box> taken, const Box& frame);

}  // namespace tensorfs

#endif  // TENSORFS_TOOLS_PROFILE_LABEL_PLACEMENT_H_
