// SPDX-License-Identifier: MIT
// Predicted against observed, on average over the recent observations. Plain value; not
// thread-safe.
#ifndef TENSORFS_POLICY_RECENT_ERROR_H_
#define TENSORFS_POLICY_RECENT_ERROR_H_

#include <algorithm>
#include <cmath>
#include <cstdint>

namespace tensorfs {

struct RecentError {
  static constexpr double kRemembered = 64;

  uint64_t observations = 0;  // since the start
  double predicted = 0;       // all three: recent means
  double observed = 0;
  double relative_error = 0;  // |observed - predicted| over observed

  // REQUIRES: observed_now > 0.
  void Note(double predicted_now, double observed_now) {
    ++observations;
    const double rate = std::max(1 / static_cast<double>(observations), 1 / kRemembered);
    predicted += rate * (predicted_now - predicted);
    observed += rate * (observed_now - observed);
    const double error = std::abs(observed_now - predicted_now) / observed_now;
    relative_error += rate * (error - relative_error);
  }
};

}  // namespace tensorfs

#endif  // TENSORFS_POLICY_RECENT_ERROR_H_
