// SPDX-License-Identifier: MIT
// Why a sample is moved to another form. Plain value.
#ifndef TENSORFS_POLICY_MOVE_CAUSE_H_
#define TENSORFS_POLICY_MOVE_CAUSE_H_

#include <cstdint>

namespace tensorfs {

enum class MoveCause : uint8_t {
  kOnRead,        // it was read just now, and its value is at hand
  kInBackground,  // nobody waits for it: at idle priority
  kOnRequest,     // somebody asked for it
};
inline constexpr int kMoveCauses = 3;

}  // namespace tensorfs

#endif  // TENSORFS_POLICY_MOVE_CAUSE_H_
