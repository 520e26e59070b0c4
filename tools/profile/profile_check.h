// SPDX-License-Identifier: MIT
// What no run of `tensorfs profile` writes into a file, and what computing with one relies on. Pure
// function.
#ifndef TENSORFS_TOOLS_PROFILE_PROFILE_CHECK_H_
#define TENSORFS_TOOLS_PROFILE_PROFILE_CHECK_H_

#include "codec/result.h"
#include "tools/profile/profile.h"

namespace tensorfs {

// The strategies are forms of the profile's pipeline, each once and source:original first; shares
// are shares; every read costs something. Errors: kCorrupt, naming the member.
Result<void> CheckProfile(const Profile& profile);

}  // namespace tensorfs

#endif  // TENSORFS_TOOLS_PROFILE_PROFILE_CHECK_H_
