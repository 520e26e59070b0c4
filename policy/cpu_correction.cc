// SPDX-License-Identifier: MIT
#include "policy/cpu_correction.h"

#include <algorithm>
#include <cmath>
#include <utility>

namespace tensorfs {
namespace {

// Reads after which most of a lasting change is believed: of the machine, and of one form. They
// come in some seconds at most; a burst of somebody else's work is no reason for another plan.
constexpr double kSharedReads = 256;
constexpr double kOwnReads = 1024;
// A form's first reads say nothing of changes, and one read little of anything.
constexpr double kReadsToSettle = 64;
constexpr double kFirstReads = 4;
// What one read may claim: beyond, it was disturbed. A lasting change gets through in steps.
constexpr double kLeastRatio = 0.25;
constexpr double kMostRatio = 3;
// About what reads differ by that decode nothing: system calls, page faults, cold caches.
constexpr double kIncidentalS = 200e-6;

}  // namespace

void CpuCorrection::Note(size_t form, double expected_s, double ratio) {
  Own& own = own_[form];
  if (own.reads == 0) own.factor = of_others_;
  const double excess = std::clamp(ratio, kLeastRatio, kMostRatio) - 1;
  const bool is_settled = own.reads >= kReadsToSettle;
  own.factor *= 1 + excess / std::min(own.reads + kFirstReads, kOwnReads);
  own.evidence = expected_s / (expected_s + kIncidentalS);
  own.reads = std::min(own.reads + 1, kOwnReads);
  if (is_settled) shared_ *= 1 + own.evidence * excess / kSharedReads;
  LearnOfOthers();
}

void CpuCorrection::LearnOfOthers() {
  double logarithms = 0;
  double reads = 0;
  for (const Own& own : own_) {
    logarithms += own.reads * own.evidence * std::log(own.factor);
    reads += own.reads;
  }
  of_others_ = reads > 0 ? std::exp(logarithms / reads) : 1;
}

void CpuCorrection::Restore(double shared, std::vector<Own> own) {
  shared_ = shared;
  own_ = std::move(own);
  LearnOfOthers();
}

}  // namespace tensorfs
