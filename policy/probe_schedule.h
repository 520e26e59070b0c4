// SPDX-License-Identifier: MIT
// When a device is probed again: as soon as there is reason to doubt what is believed of it, but
// the more seldom the more often that was found to be true. Pure; for one thread at a time.
#ifndef TENSORFS_POLICY_PROBE_SCHEDULE_H_
#define TENSORFS_POLICY_PROBE_SCHEDULE_H_

namespace tensorfs {

class ProbeSchedule {
 public:
  static constexpr double kShortestRestS = 4;
  static constexpr double kLongestRestS = 600;

  // Whether to probe now, which is then taken to happen. `capacity` is what is believed, in any
  // unit; times are of any steady clock.
  bool IsDue(double now_s, bool is_doubtful, double capacity);

 private:
  double rest_s_ = kShortestRestS;
  double not_before_s_ = 0;
  double believed_ = 0;  // at the last probe
};

}  // namespace tensorfs

#endif  // TENSORFS_POLICY_PROBE_SCHEDULE_H_
