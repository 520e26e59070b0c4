// SPDX-License-Identifier: MIT
// What is known of this machine without measuring it. Stateless.
#ifndef TENSORFS_TOOLS_PROFILE_MACHINE_FACTS_H_
#define TENSORFS_TOOLS_PROFILE_MACHINE_FACTS_H_

#include "tools/profile/profile.h"

namespace tensorfs {

// Cores that this process may use, model, kernel, memory and the time; no disk.
ProfiledMachine DescribeThisMachine();

}  // namespace tensorfs

#endif  // TENSORFS_TOOLS_PROFILE_MACHINE_FACTS_H_
