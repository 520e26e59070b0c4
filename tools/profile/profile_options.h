// SPDX-License-Identifier: MIT
// The texts of `tensorfs profile`'s own option values. Pure functions; every error is
// kInvalidArgument and says what was given and what is expected.
#ifndef TENSORFS_TOOLS_PROFILE_PROFILE_OPTIONS_H_
#define TENSORFS_TOOLS_PROFILE_PROFILE_OPTIONS_H_

#include <string_view>
#include <vector>

#include "codec/result.h"
#include "tools/profile/profile.h"

namespace tensorfs {

// "throughput=1,storage=0.5": what is not named is 0; not all may be.
Result<ProfileWeights> ParseWeights(std::string_view text);

// "1,2,8": ascending, each once; at most kMostThreads.
inline constexpr int kMostThreads = 256;
Result<std::vector<int>> ParseThreadCounts(std::string_view text);

}  // namespace tensorfs

#endif  // TENSORFS_TOOLS_PROFILE_PROFILE_OPTIONS_H_
