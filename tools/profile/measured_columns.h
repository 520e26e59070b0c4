// SPDX-License-Identifier: MIT
// The modes and numbers of threads in which a profile's strategies were measured: the columns of
// tables. Pure functions.
#ifndef TENSORFS_TOOLS_PROFILE_MEASURED_COLUMNS_H_
#define TENSORFS_TOOLS_PROFILE_MEASURED_COLUMNS_H_

#include <compare>
#include <vector>

#include "tools/profile/profile.h"

namespace tensorfs {

struct MeasuredColumn {
  ReadMode mode = ReadMode::kCold;
  int threads = 0;

  auto operator<=>(const MeasuredColumn&) const = default;
};

// Those of any strategy, by mode and then by threads.
std::vector<MeasuredColumn> MeasuredColumns(const Profile& profile);

// Null if it was not measured so.
const Delivered* FindDelivered(const std::vector<Delivered>& delivered,
                               const MeasuredColumn& column);

// CPU seconds of the steps that go by this key (StepKeys::KeyOf); 0 if there is none.
double CpuSecondsOf(const std::vector<StepTime>& steps, const std::string& key);

}  // namespace tensorfs

#endif  // TENSORFS_TOOLS_PROFILE_MEASURED_COLUMNS_H_
