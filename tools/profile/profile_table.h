// SPDX-License-Identifier: MIT
// A profile and what it recommends, for people at a terminal. Pure function.
#ifndef TENSORFS_TOOLS_PROFILE_PROFILE_TABLE_H_
#define TENSORFS_TOOLS_PROFILE_PROFILE_TABLE_H_

#include <string>

#include "tools/profile/profile.h"
#include "tools/profile/recommendation.h"

namespace tensorfs {

// The recommendation, then a line for each strategy, the best first. At most 100 columns wide.
std::string ProfileTable(const Profile& profile, const Recommendation& made);

}  // namespace tensorfs

#endif  // TENSORFS_TOOLS_PROFILE_PROFILE_TABLE_H_
