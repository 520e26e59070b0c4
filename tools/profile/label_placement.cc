// SPDX-License-Identifier: MIT
#include "tools/profile/label_placement.h"

#include <algorithm>
#include <array>

namespace tensorfs {
namespace {

constexpr double kNear = 4;  // between a point's box and its label
constexpr std::array kDistances = {kNear, 14.0, 28.0, 44.0, 64.0, 88.0};

// In the order of preference; right of the point first.
constexpr std::array<Point, 8> kDirections = {{
    {1, 0},
    {-1, 0},
    {0, -1},
    {0, 1},
    {1, -1},
    {1, 1},
    {-1, -1},
    {-1, 1},
}};

// The label's box in that direction, whose nearest side is so far from the point.
Box BoxAt(const LabelWish& wish, const Point& direction, double away) {
  // Half of a diagonal is enough: the box then touches the point's at a corner.
  const bool is_diagonal = direction.x != 0 && direction.y != 0;
  const double distance = is_diagonal ? 0.75 * away : away;
  const double middle_x = wish.point.x + direction.x * (distance + wish.width / 2);
  const double middle_y = wish.point.y + direction.y * (distance + wish.height / 2);
  return {middle_x - wish.width / 2, middle_y - wish.height / 2, wish.width, wish.height};
}

bool IsWithin(const Box& box, const Box& frame) {
  return box.left >= frame.left && box.top >= frame.top && box.right() <= frame.right() &&
         box.bottom() <= frame.bottom();
}

bool IsFree(const Box& box, std::span<const Box> taken) {
  return std::ranges::none_of(taken, [&](const Box& other) { return Overlaps(box, other); });
}

std::optional<PlacedLabel> FindPlace(const LabelWish& wish, double radius, const Box& frame,
                                     std::span<const Box> full, std::span<const Box> lines) {
  for (const double distance : kDistances) {
    for (const Point& direction : kDirections) {
      const Box box = BoxAt(wish, direction, radius + distance);
      if (IsWithin(box, frame) && IsFree(box, full) && IsFree(box, lines)) {
        return PlacedLabel{.box = box, .is_far = distance > kNear};
      }
    }
  }
  return std::nullopt;
}

}  // namespace

bool Overlaps(const Box& a, const Box& b) {
  return a.left < b.right() && b.left < a.right() && a.top < b.bottom() && b.top < a.bottom();
}

std::vector<std::optional<PlacedLabel>> PlaceLabels(std::span<const LabelWish> wishes,
                                                    const LabelObstacles& obstacles,
                                                    const Box& frame) {
  const double radius = obstacles.radius;
  std::vector<Box> full(obstacles.boxes.begin(), obstacles.boxes.end());
  for (const Point& point : obstacles.points) {
    full.push_back({point.x - radius, point.y - radius, 2 * radius, 2 * radius});
  }
  std::vector<std::optional<PlacedLabel>> placed;
  for (const LabelWish& wish : wishes) {
    placed.push_back(FindPlace(wish, radius, frame, full, obstacles.lines));
    if (!placed.back()) placed.back() = FindPlace(wish, radius, frame, full, {});
    if (placed.back()) full.push_back(placed.back()->box);
  }
  return placed;
}

}  // namespace tensorfs
