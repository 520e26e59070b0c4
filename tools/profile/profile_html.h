// SPDX-License-Identifier: MIT
// A profile and what it recommends as one HTML page: pictures, tables with all figures, machine,
// command and method. The page is whole in itself: no script, and nothing is loaded from anywhere.
// Pure functions.
#ifndef TENSORFS_TOOLS_PROFILE_PROFILE_HTML_H_
#define TENSORFS_TOOLS_PROFILE_PROFILE_HTML_H_

#include <string>

#include "tools/profile/profile.h"
#include "tools/profile/recommendation.h"

namespace tensorfs {

// `command` is the command line that made it.
std::string ProfileHtml(const Profile& profile, const Recommendation& made,
                        const std::string& command);

}  // namespace tensorfs

#endif  // TENSORFS_TOOLS_PROFILE_PROFILE_HTML_H_
