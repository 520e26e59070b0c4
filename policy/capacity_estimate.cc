// SPDX-License-Identifier: MIT
#include "policy/capacity_estimate.h"

#include <algorithm>

namespace tensorfs {
namespace {

// Fewer reads are more chance than rate.
constexpr uint64_t kEnoughReads = 20;
constexpr uint64_t kEnoughBytes = uint64_t{1} << 20;
constexpr uint64_t kManyBytes = uint64_t{8} << 20;  // enough in however few reads

constexpr double kSaturatedBusy = 0.8;
constexpr double kUnsaturatedBusy = 0.6;
constexpr double kLargeStep = 1.5;
constexpr int kWindowsForLargeStep = 2;
constexpr double kGain = 0.3;          // of a step that is followed slowly
constexpr double kSlowGain = 0.05;     // of what is usual
constexpr double kMostGrowth = 2;      // of a promise in one window
constexpr double kClearlyMore = 1.05;  // than chance makes of a rate
// Where cores are the bottleneck, a device is taken for this much faster than what it delivers.
constexpr double kCpuBoundPromise = 8;

// When the limit is no longer believed. Only under a load near to it does its end show, or matter.
constexpr double kNearLimit = 0.7;
constexpr double kFasterThanLimit = 1.3;
constexpr double kFasterThanUsual = 1.5;
constexpr int kSurprisingWindows = 3;
constexpr int kFasterWindows = 60;
constexpr int kMostBrokenPromises = 6;  // that make the next harder, by a factor of 2 or 4 each
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

void CapacityEstimate::Learn(const DeviceWindow& window) {
  const double bytes = static_cast<double>(window.bytes);
  const double busy = std::clamp(window.busy_s / window.window_s, 1e-6, 1.0);
  const double delivered = bytes / window.window_s;
  const double while_busy = delivered / busy;
  delivered_ = delivered_ > 0 ? delivered_ + kGain * (delivered - delivered_) : delivered;

  if (busy >= kSaturatedBusy && !window.cpu_bound) {
    FollowLimit(delivered, while_busy);
  } else if (basis_ != CapacityBasis::kSaturated || IsRefuted(delivered, while_busy, busy)) {
    FollowPromise(std::max(while_busy, window.cpu_bound ? kCpuBoundPromise * delivered : 0));
  }
  if (delivered_ > kClearlyMore * estimate_) estimate_ = delivered_;
  if (delivered >= kNearLimit * estimate_) {
    const double bounded = std::min(while_busy, kMostGrowth * usual_while_busy_);
    usual_while_busy_ = usual_while_busy_ > 0
                            ? usual_while_busy_ + kSlowGain * (bounded - usual_while_busy_)
                            : while_busy;
  }
}

void CapacityEstimate::FollowLimit(double delivered, double while_busy) {
  faster_ = 0;
  surprising_ = 0;
  if (basis_ == CapacityBasis::kNone) return Believe(while_busy);
  const double limit = std::clamp(estimate_, delivered, while_busy);
  if (IsWithin(limit, estimate_, kLargeStep)) {
    large_steps_ = 0;
    return Believe(estimate_ + kGain * (limit - estimate_));
  }
  const int direction = limit > estimate_ ? 1 : -1;
  large_steps_ = large_steps_ * direction > 0 ? large_steps_ + direction : direction;
  if (large_steps_ * direction < kWindowsForLargeStep) return;
  large_steps_ = 0;
  delivered_ = delivered;
  usual_while_busy_ = while_busy;
  Believe(limit);
}

// The device was seen at its limit.
void CapacityEstimate::Believe(double limit) {
  estimate_ = limit;
  basis_ = CapacityBasis::kSaturated;
  if (refuted_ <= 0) return;
  const bool was_right = !IsWithin(limit, refuted_, kSameLimit);
  broken_promises_ = was_right ? 0 : std::min(broken_promises_ + 1, kMostBrokenPromises);
  refuted_ = 0;
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

// Whether there are reasons not to believe the limit any more.
bool CapacityEstimate::IsRefuted(double delivered, double while_busy, double busy) {
  const bool tells = delivered >= kNearLimit * estimate_ && busy < kUnsaturatedBusy;
  const bool is_faster = tells && while_busy >= kFasterThanLimit * estimate_;
  const bool is_surprising = is_faster && while_busy >= kFasterThanUsual * usual_while_busy_;
  faster_ = is_faster ? faster_ + 1 : 0;
  surprising_ = is_surprising ? surprising_ + 1 : 0;
  if (surprising_ < kSurprisingWindows << broken_promises_ &&
      faster_ < kFasterWindows << (2 * broken_promises_)) {
    return false;
  }
  faster_ = 0;
  surprising_ = 0;
  refuted_ = estimate_;
  return true;
}

}  // namespace tensorfs
