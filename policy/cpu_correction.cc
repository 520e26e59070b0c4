// SPDX-License-Identifier: MIT
#include "policy/cpu_correction.h"

#include <algorithm>
#include <cmath>
#include <utility>

namespace tensorfs {
namespace {

// Reads after which most of a lasting change is believed: of the machine, and of one form.
constexpr double kSharedReads = 32;
constexpr double kOwnReads = 256;
// A form's first reads say little of the machine, and one read little of anything.
constexpr double kReadsToTrust = 8;
constexpr double kFirstReads = 4;
// What one read may claim: beyond, it was disturbed. A lasting change gets through in steps.
constexpr double kLeastRatio = 0.25;
constexpr double kMostRatio = 3;

}  // namespace

void CpuCorrection::Note(size_t form, double ratio) {
  Own& own = own_[form];
  const double excess = std::clamp(ratio, kLeastRatio, kMostRatio) - 1;
  const double own_rate = 1 / std::min(own.reads + kFirstReads, kOwnReads);
  const double shared_rate = own.reads / (own.reads + kReadsToTrust) / kSharedReads;
  own.reads = std::min(own.reads + 1, kOwnReads);
  own.factor *= 1 + own_rate * excess;
  shared_ *= 1 + shared_rate * excess;
  MoveMeanToShared();
}

// Only the products of factors are observed. So that the shared one means something, those of the
// forms that have been read are 1 in their (geometric) mean.
void CpuCorrection::MoveMeanToShared() {
  double logarithms = 0;
  double reads = 0;
  for (const Own& own : own_) {
    if (own.reads == 0) continue;
    logarithms += own.reads * std::log(own.factor);
    reads += own.reads;
  }
  if (reads == 0) return;
  const double mean = std::exp(logarithms / reads);
  shared_ *= mean;
  for (Own& own : own_) {
    if (own.reads > 0) own.factor /= mean;
  }
}

void CpuCorrection::Restore(double shared, std::vector<Own> own) {
  shared_ = shared;
  own_ = std::move(own);
}

}  // namespace tensorfs
