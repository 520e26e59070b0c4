// SPDX-License-Identifier: MIT
// The pictures of a profile. Pure functions.
#ifndef TENSORFS_TOOLS_PROFILE_PROFILE_FIGURES_H_
#define TENSORFS_TOOLS_PROFILE_PROFILE_FIGURES_H_

#include <optional>
#include <string>
#include <vector>

#include "tools/profile/profile.h"
#include "tools/profile/recommendation.h"

namespace tensorfs {

// What a colour or a sign stands for.
struct LegendEntry {
  std::string name;
  int colour = 0;                  // of the style sheet's
  std::optional<int> marker = {};  // of SvgMarker's; nothing: a field of the colour
};

struct Figure {
  std::string title;
  std::string caption;
  std::string svg;
  std::vector<LegendEntry> legend;
};

// Predicted throughput against storage, with the front of those that no other beats in both.
Figure ThroughputFigure(const Profile& profile, const Recommendation& made);
// CPU seconds against bytes of one read, with lines of equal throughput on the machine.
Figure DemandFigure(const Profile& profile, const Recommendation& made);
// The CPU seconds of one read, and those of preparing one sample, by step.
Figure ReadTimeFigure(const Profile& profile, const Recommendation& made);
Figure PrepareTimeFigure(const Profile& profile, const Recommendation& made);

}  // namespace tensorfs

#endif  // TENSORFS_TOOLS_PROFILE_PROFILE_FIGURES_H_
