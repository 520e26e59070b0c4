// SPDX-License-Identifier: MIT
// What a profile recommends, as JSON. Names and units are those of tools/profile/recommendation.h;
// what is infinite is null. Pure functions.
#ifndef TENSORFS_TOOLS_PROFILE_RECOMMENDATION_JSON_H_
#define TENSORFS_TOOLS_PROFILE_RECOMMENDATION_JSON_H_

#include <nlohmann/json_fwd.hpp>

#include "tools/profile/profile.h"
#include "tools/profile/recommendation.h"

namespace tensorfs {

// REQUIRES: it was made of the profile.
nlohmann::ordered_json JsonOf(const Recommendation& made, const Profile& profile);

}  // namespace tensorfs

#endif  // TENSORFS_TOOLS_PROFILE_RECOMMENDATION_JSON_H_
