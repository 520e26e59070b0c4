// SPDX-License-Identifier: MIT
#include "codec/axis_map.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>

namespace tensorfs {
namespace {

Interval VisitedSources(const AxisMap& map, Interval outputs) {
  int first = INT32_MAX;
  int last = 0;
  VisitSources(map, outputs, [&](int, int source) {
    if (source == kFill) return;
    first = std::min(first, source);
    last = std::max(last, source + 1);
  });
  return last == 0 ? Interval{0, 1} : Interval{first, last};
}

void ExpectSourcesAreThoseVisited(const AxisMap& map, int size) {
  for (int first = 0; first < size; ++first) {
    for (int last = first + 1; last <= size; ++last) {
      EXPECT_EQ(SourcesOf(map, {first, last}), VisitedSources(map, {first, last}))
          << first << " to " << last;
    }
  }
}

TEST(AxisMap, SourcesOfAnyPartAreThoseThatItShows) {
  for (const int input : {1, 2, 7}) {
    for (const int output : {1, 3, 6, 12}) {
      ExpectSourcesAreThoseVisited(CenterCropAxis(input, output), output);
      ExpectSourcesAreThoseVisited(MakeNearestAxis(input, output), output);
    }
    for (const PaddingMode mode : {PaddingMode::kConstant, PaddingMode::kEdge,
                                   PaddingMode::kReflect, PaddingMode::kSymmetric}) {
      ExpectSourcesAreThoseVisited(PadAxis(input, 4, 9, mode), input + 13);
    }
  }
}

}  // namespace
}  // namespace tensorfs
