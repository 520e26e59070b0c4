// SPDX-License-Identifier: MIT
// A profile as a table for programs: RFC 4180, with one line of headings. Pure functions.
#ifndef TENSORFS_TOOLS_PROFILE_PROFILE_CSV_H_
#define TENSORFS_TOOLS_PROFILE_PROFILE_CSV_H_

#include <string>
#include <string_view>

#include "tools/profile/profile.h"
#include "tools/profile/recommendation.h"

namespace tensorfs {

// A line for each strategy, the best first. Names and units are those of tools/profile/profile.h;
// what was measured has a column for each mode and number of threads ("cold_2_samples_per_s"), and
// each step one for its CPU seconds. What is not known is empty.
std::string ProfileCsv(const Profile& profile, const Recommendation& made);

// The text as one field: in quotes, its own ones doubled, where it has commas, quotes or line ends.
std::string CsvField(std::string_view text);

}  // namespace tensorfs

#endif  // TENSORFS_TOOLS_PROFILE_PROFILE_CSV_H_
