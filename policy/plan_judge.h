// SPDX-License-Identifier: MIT
// Whether a better plan is worth taking. Pure state machine: no clock, no machine; for one thread
// at a time.
//
// A plan is taken when it is better by more than the dead band in several windows in a row (in one,
// if it is much better than a plan that is being carried out: what is done meanwhile would have to
// be undone), pays for its moves over the expected reads, and somebody waits for it: a mount that
// readers do not wait for cannot make them faster. What does not fit its space is replaced anyway.
// Plans that did not bring what they promised make the dead band wider, until the machine changes:
// what is believed of it is wrong then, and moving on would never end.
#ifndef TENSORFS_POLICY_PLAN_JUDGE_H_
#define TENSORFS_POLICY_PLAN_JUDGE_H_

#include <cstdint>

namespace tensorfs {

// What is known after a window. Times are of an epoch, in seconds.
struct PlanOutlook {
  double target_s = 0;       // of the mix as planned so far
  double plan_s = 0;         // of the mix that would be best now
  double move_s = 0;         // that getting there takes
  double waiting_share = 1;  // of the window in which some read waited for the mount
  bool replaces_plan = false;
  bool over_limit = false;  // the mix as planned does not fit its space
};

struct JudgeSettings {
  double dead_band = 0.1;
  double expected_rereads = 10;
};

enum class Verdict : uint8_t {
  kReaderBound,
  kGoodEnough,  // within the dead band
  kNotPaid,     // the gain is not worth the moves
  kConfirm,     // worth it, if the next windows say so too
  kTake,
};

// What a plan makes of the rate: 0.25 is a quarter more samples a second.
double GainOf(const PlanOutlook& outlook);

class PlanJudge {
 public:
  static constexpr int kWindows = 2;            // that must agree
  static constexpr double kLargeGain = 0.5;     // then one will do
  static constexpr double kLeastWaiting = 0.3;  // below that the readers are what takes the time

  static constexpr double kWidest = 8;  // times the dead band as set

  Verdict Judge(const PlanOutlook& outlook, const JudgeSettings& settings);

  // What the plan taken last was to gain, and what it did once it was carried out.
  void NoteOutcome(double predicted_gain, double achieved_gain);
  // The machine is not what it was: what was learned of plans is void.
  void Forget() { doubt_ = 1; }

 private:
  int agreed_ = 0;
  double doubt_ = 1;  // times the dead band
};

}  // namespace tensorfs

#endif  // TENSORFS_POLICY_PLAN_JUDGE_H_
