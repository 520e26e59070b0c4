// SPDX-License-Identifier: MIT
#include "policy/plan_judge.h"

namespace tensorfs {
namespace {

Verdict Consider(const PlanOutlook& outlook, const JudgeSettings& settings) {
  if (outlook.waiting_share < PlanJudge::kLeastWaiting) return Verdict::kReaderBound;
  if (outlook.over_limit) return Verdict::kTake;
  if (GainOf(outlook) < settings.dead_band) return Verdict::kGoodEnough;
  const double won_s = (outlook.target_s - outlook.plan_s) * settings.expected_rereads;
  return won_s >= outlook.move_s ? Verdict::kTake : Verdict::kNotPaid;
}

}  // namespace

double GainOf(const PlanOutlook& outlook) {
  return outlook.plan_s > 0 ? outlook.target_s / outlook.plan_s - 1 : 0;
}

Verdict PlanJudge::Judge(const PlanOutlook& outlook, const JudgeSettings& settings) {
  const Verdict verdict = Consider(outlook, settings);
  if (verdict != Verdict::kTake) {
    agreed_ = 0;
    return verdict;
  }
  if (++agreed_ < kWindows) return Verdict::kConfirm;
  agreed_ = 0;
  return Verdict::kTake;
}

}  // namespace tensorfs
