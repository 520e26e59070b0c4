// SPDX-License-Identifier: MIT
// A profile as JSON, the file that `tensorfs profile --save` writes. Names and units are those of
// tools/profile/profile.h. The format has a version; files are read by programs of the same one.
// Pure but for the functions that name a file; thread-safe.
#ifndef TENSORFS_TOOLS_PROFILE_PROFILE_JSON_H_
#define TENSORFS_TOOLS_PROFILE_PROFILE_JSON_H_

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>

#include "codec/result.h"
#include "tools/profile/profile.h"

namespace tensorfs {

std::string_view NameOf(ReadMode mode);  // "cold", "warm", "cache", "page-cache"

nlohmann::ordered_json JsonOf(const Profile& profile);
nlohmann::ordered_json JsonOf(const MixedPlan& plan);

// Errors: kCorrupt, naming the member: "strategies[3].cpu_s: expected a number"; those of
// CheckProfile; kInvalidArgument if it is of another version.
Result<Profile> ProfileFromJson(std::string_view json);

// Errors: those of ProfileFromJson and ReadTextFile, naming the file.
Result<Profile> LoadProfile(const std::string& path);

// Errors: kIo, naming the file.
Result<void> SaveProfile(const std::string& path, const Profile& profile);

}  // namespace tensorfs

#endif  // TENSORFS_TOOLS_PROFILE_PROFILE_JSON_H_
