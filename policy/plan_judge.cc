// SPDX-License-Identifier: MIT
#include "policy/plan_judge.h"

#include <algorithm>

namespace tensorfs {
namespace {

constexpr double kKept = 0.5;  // of a promised gain, to believe the next promise

Verdict Consider(const PlanOutlook& outlook, const JudgeSettings& settings) {
  if (outlook.over_limit) return Verdict::kTake;
  if (outlook.waiting_share < PlanJudge::kLeastWaiting) return Verdict::kReaderBound;
  if (GainOf(outlook) < settings.dead_band) return Verdict::kGoodEnough;
  const double won_s = (outlook.target_s - outlook.plan_s) * settings.expected_rereads;
  return won_s >= outlook.move_s ? Verdict::kTake : Verdict::kNotPaid;
}

}  // namespace

double GainOf(const PlanOutlook& outlook) {
  return outlook.plan_s > 0 ? outlook.target_s / outlook.plan_s - 1 : 0;
}

void PlanJudge::NoteOutcome(double predicted_gain, double achieved_gain) {
  const bool was_kept = achieved_gain >= kKept * predicted_gain;
  doubt_ = was_kept ? 1 : std::min(2 * doubt_, kWidest);
}

Verdict PlanJudge::Judge(const PlanOutlook& outlook, const JudgeSettings& settings) {
  JudgeSettings doubtful = settings;
  doubtful.dead_band *= doubt_;
  const Verdict verdict = Consider(outlook, doubtful);
  if (verdict != Verdict::kTake) {
    agreed_ = 0;
    return verdict;
  }
  const bool is_obvious = outlook.replaces_plan && GainOf(outlook) >= kLargeGain;
  if (++agreed_ < kWindows && !is_obvious) return Verdict::kConfirm;
  agreed_ = 0;
  return Verdict::kTake;
}

}  // namespace tensorfs
