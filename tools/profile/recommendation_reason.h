// SPDX-License-Identifier: MIT
// Why a strategy is the best, in one sentence. Pure function.
#ifndef TENSORFS_TOOLS_PROFILE_RECOMMENDATION_REASON_H_
#define TENSORFS_TOOLS_PROFILE_RECOMMENDATION_REASON_H_

#include <string>

#include "tools/profile/profile.h"
#include "tools/profile/recommendation.h"

namespace tensorfs {

// What binds, what the best strategy saves of it against source:original, and what it costs.
// REQUIRES: the strategies are judged.
std::string ReasonFor(const Profile& profile, const Recommendation& recommendation);

}  // namespace tensorfs

#endif  // TENSORFS_TOOLS_PROFILE_RECOMMENDATION_REASON_H_
