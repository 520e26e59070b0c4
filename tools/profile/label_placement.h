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

// What labels are to keep off.
struct LabelObstacles {
  std::span<const Point> points;
  double radius = 0;           // of a point
  std::span<const Box> boxes;  // never covered, as points are not
  std::span<const Box> lines;  // covered only where there is no other room
};

// For each wish its place within `frame`, or nothing where there is no room. Those first are served
// first.
std::vector<std::optional<PlacedLabel>> PlaceLabels(std::span<const LabelWish> wishes,
                                                    const LabelObstacles& obstacles,
                                                    const Box& frame);

}  // namespace tensorfs

#endif  // TENSORFS_TOOLS_PROFILE_LABEL_PLACEMENT_H_
