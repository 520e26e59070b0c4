// SPDX-License-Identifier: MIT
#include "policy/capacity_estimate.h"

#include <algorithm>
#include <cmath>

namespace tensorfs {
namespace {

// Fewer reads are more chance than rate.
constexpr uint64_t kEnoughReads = 20;
constexpr uint64_t kEnoughBytes = uint64_t{1} << 20;
constexpr uint64_t kManyBytes = uint64_t{8} << 20;  // enough in however few reads

constexpr double kSaturatedBusy = 0.8;
constexpr double kSurelySaturatedBusy = 0.95;  // whatever the cores do
constexpr double kUnsaturatedBusy = 0.6;
constexpr double kLargeStep = 1.5;
constexpr int kWindowsForLargeStep = 2;
constexpr double kGain = 0.2;          // of a step that is followed slowly
constexpr double kSlowGain = 0.05;     // of what is usual
constexpr double kMostGrowth = 2;      // of a promise in one window
constexpr double kClearlyMore = 1.05;  // than chance makes of a rate
// Where cores are the bottleneck, a device is taken for this much faster than what it delivers.
constexpr double kCpuBoundPromise = 8;

// When a limit is no longer believed: more was delivered than it allows, or about as much, and much
// faster than usual.
constexpr double kMoreThanLimit = 1.02;
constexpr int kExceedingWindows = 5;
constexpr double kFasterThanUsual = 1.5;
constexpr int kSurprisingWindows = 3;
// When it is tried whether there is more: under a load not far from it, where that would matter.
constexpr double kNearLimit = 0.7;
constexpr double kTrial = 1.3;
constexpr int kUneventfulWindows = 60;
constexpr int kTrialWindows = 30;
constexpr int kMostBrokenPromises = 6;  // each makes the first two twice, the last 4 times as hard
constexpr double kSameLimit = 1.3;

bool IsEnough(const DeviceWindow& window) {
  return window.bytes >= kManyBytes ||
         (window.bytes >= kEnoughBytes && window.reads >= kEnoughReads);
}

bool IsWithin(double a, double b, double factor) { return a < factor * b && b < factor * a; }

}  // namespace

std::optional<double> CapacityEstimate::bytes_per_s() const {
  if (basis_ == CapacityBasis::kNone) return std::nullopt;
  return estimate_;
}

void CapacityEstimate::Update(const DeviceWindow& window) {
  const bool is_idle = window.bytes == 0 && window.busy_s <= 0;
  if (is_idle || window.window_s <= 0) {
    pending_ = {};
    return;
  }
  pending_.window_s += window.window_s;
  pending_.busy_s += window.busy_s;
  pending_.bytes += window.bytes;
  pending_.reads += window.reads;
  pending_.cpu_bound |= window.cpu_bound;
  if (!IsEnough(pending_)) return;
  Learn(pending_);
  pending_ = {};
}

void CapacityEstimate::NoteProbe(std::optional<double> bytes_per_s) {
  is_probed_ = bytes_per_s.has_value();
  if (!is_probed_) return;
  pending_ = {};
  large_steps_ = 0;
  exceeding_ = 0;
  surprising_ = 0;
  uneventful_ = 0;
  doubtful_ = false;
  delivered_ = *bytes_per_s;
  while_busy_ = *bytes_per_s;
  usual_while_busy_ = *bytes_per_s;
  Believe(*bytes_per_s);
}

void CapacityEstimate::Learn(const DeviceWindow& window) {
  const double bytes = static_cast<double>(window.bytes);
  const double busy = std::clamp(window.busy_s / window.window_s, 1e-6, 1.0);
  const double delivered = bytes / window.window_s;
  const double while_busy = delivered / busy;

  doubtful_ = false;
  if (busy >= kSaturatedBusy && !window.cpu_bound) {
    FollowLimit(delivered, while_busy);
  } else if (basis_ != CapacityBasis::kSaturated || IsRefuted(delivered, while_busy, busy)) {
    FollowPromise(std::max(while_busy, window.cpu_bound ? kCpuBoundPromise * delivered : 0));
  } else if (const double surely = std::min(delivered, last_delivered_);
             surely > kClearlyMore * estimate_) {
    estimate_ = surely;
  }
  last_delivered_ = delivered;
  if (delivered >= kNearLimit * limit_) {
    const double bounded = std::min(while_busy, kMostGrowth * usual_while_busy_);
    usual_while_busy_ += kSlowGain * (bounded - usual_while_busy_);
  }
}

void CapacityEstimate::FollowLimit(double delivered, double while_busy) {
  exceeding_ = 0;
  surprising_ = 0;
  uneventful_ = 0;
  const bool was_saturated = basis_ == CapacityBasis::kSaturated;
  if (was_saturated) estimate_ = limit_;  // a trial ends here
  // A token bucket's limit is the rate delivered, that of a disk the rate while it is busy.
  const double now =
      was_saturated ? std::clamp(limit_, delivered, while_busy) : std::sqrt(delivered * while_busy);
  const bool is_small = basis_ != CapacityBasis::kNone && IsWithin(now, estimate_, kLargeStep);
  if (is_small && was_saturated) {
    large_steps_ = 0;
    // Single windows would pull downwards more often than upwards, being seldom all busy.
    delivered_ += kGain * (delivered - delivered_);
    while_busy_ += kGain * (while_busy - while_busy_);
    return Believe(std::clamp(limit_, delivered_, while_busy_));
  }
  if (!is_small && basis_ != CapacityBasis::kNone) {
    const int direction = now > estimate_ ? 1 : -1;
    large_steps_ = large_steps_ * direction > 0 ? large_steps_ + direction : direction;
    if (large_steps_ * direction < kWindowsForLargeStep) return;
  }
  large_steps_ = 0;
  delivered_ = delivered;
  while_busy_ = while_busy;
  usual_while_busy_ = while_busy;
  Believe(now);
}

// The device was seen at its limit.
void CapacityEstimate::Believe(double limit) {
  basis_ = CapacityBasis::kSaturated;
  estimate_ = limit;
  limit_ = limit;
  if (doubted_ <= 0) return;
  const bool was_right = !IsWithin(limit, doubted_, kSameLimit);
  broken_promises_ = was_right ? 0 : std::min(broken_promises_ + 1, kMostBrokenPromises);
  doubted_ = 0;
}

void CapacityEstimate::FollowPromise(double promise) {
  large_steps_ = 0;
  if (basis_ == CapacityBasis::kNone) {
    estimate_ = promise;
  } else if (promise > estimate_) {
    estimate_ = std::min(promise, kMostGrowth * estimate_);
  } else {
    estimate_ += kGain * (promise - estimate_);
  }
  basis_ = CapacityBasis::kPromise;
}

// After a long time without any sign, the device is probed, or else the estimate alone goes up for
// a while: if more load comes of that, it shows what is true.
void CapacityEstimate::TryMore(double delivered, double busy) {
  const bool is_trial = estimate_ > kClearlyMore * limit_;
  if (busy >= kSurelySaturatedBusy && !is_trial) uneventful_ = 0;
  uneventful_ += delivered >= kNearLimit * limit_ ? 1 : 0;
  if (!is_trial && uneventful_ >= kUneventfulWindows << (2 * broken_promises_)) {
    uneventful_ = 0;
    doubtful_ = true;
    if (is_probed_) return;
    doubted_ = limit_;
    estimate_ = kTrial * limit_;
  } else if (is_trial && uneventful_ >= kTrialWindows) {
    uneventful_ = 0;
    Believe(limit_);
  }
}

// Whether there are reasons not to believe the limit any more.
bool CapacityEstimate::IsRefuted(double delivered, double while_busy, double busy) {
  const bool is_surprising = busy < kUnsaturatedBusy && delivered >= limit_ &&
                             while_busy >= kFasterThanUsual * usual_while_busy_;
  exceeding_ = delivered >= kMoreThanLimit * limit_ ? exceeding_ + 1 : 0;
  surprising_ = is_surprising ? surprising_ + 1 : 0;
  doubtful_ = exceeding_ > 0 || (busy < kUnsaturatedBusy && delivered >= kNearLimit * limit_ &&
                                 while_busy >= kFasterThanUsual * usual_while_busy_);
  TryMore(delivered, busy);
  if (is_probed_) return false;
  if (surprising_ < kSurprisingWindows << broken_promises_ &&
      exceeding_ < kExceedingWindows << broken_promises_) {
    return false;
  }
  exceeding_ = 0;
  surprising_ = 0;
  doubted_ = limit_;
  return true;
}

}  // namespace tensorfs
