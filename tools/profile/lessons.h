// SPDX-License-Identifier: MIT
// What PRESTO (Isenko et al., SIGMOD 2022) found of preprocessing strategies in general, looked up
// in one profile. Pure functions.
#ifndef TENSORFS_TOOLS_PROFILE_LESSONS_H_
#define TENSORFS_TOOLS_PROFILE_LESSONS_H_

#include <string>
#include <vector>

#include "tools/profile/profile.h"
#include "tools/profile/recommendation.h"

namespace tensorfs {

struct Lesson {
  std::string claim;
  bool holds = false;
  std::string evidence;  // in numbers
};

// The disk's rate below which `larger` is slower than `smaller`, which reads fewer bytes but takes
// more of the cores' time; infinite if it takes no more, 0 if `larger` reads no more.
double BreakEvenDisk(const ReadDemand& larger, const ReadDemand& smaller, double cores);

// Those that the profile's pipeline and strategies can tell something about; what differs by less
// than rates are precise (kPrecision) is equal and tells nothing:
// - where the disk binds, the decoded image is slower than the original;
// - the normalised float32 tensor is slower than the same image in uint8;
// - neither nothing nor everything done beforehand is the fastest.
std::vector<Lesson> LessonsOf(const Profile& profile, const Recommendation& made);

}  // namespace tensorfs

#endif  // TENSORFS_TOOLS_PROFILE_LESSONS_H_
