// SPDX-License-Identifier: MIT
#include "policy/probe_schedule.h"

#include <algorithm>

namespace tensorfs {
namespace {

constexpr double kSame = 1.3;  // a probe takes a moment, and is not exact

}  // namespace

bool ProbeSchedule::IsDue(double now_s, bool is_doubtful, double capacity) {
  const bool is_same = capacity < kSame * believed_ && believed_ < kSame * capacity;
  if (!is_same) rest_s_ = kShortestRestS;
  if (!is_doubtful || now_s < not_before_s_) return false;
  if (is_same) rest_s_ = std::min(2 * rest_s_, kLongestRestS);
  not_before_s_ = now_s + rest_s_;
  believed_ = capacity;
  return true;
}

}  // namespace tensorfs
