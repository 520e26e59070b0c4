// SPDX-License-Identifier: MIT
// The axis of a picture: where values lie, and at which round ones it is marked. Immutable.
#ifndef TENSORFS_TOOLS_PROFILE_AXIS_SCALE_H_
#define TENSORFS_TOOLS_PROFILE_AXIS_SCALE_H_

#include <string>
#include <vector>

namespace tensorfs {

struct PixelSpan {
  double from = 0;  // of the axis' first value; may be the larger one
  double to = 0;
};

class AxisScale {
 public:
  // From 0 to `most`, with ticks at round values. Anything not positive counts as 1.
  static AxisScale FromZero(double most, PixelSpan pixels);

  // From below `least` to above `most`, both positive, with a margin at both ends; ticks at 1, 2
  // and 5 times powers of ten, or at fewer of them where the axis spans many.
  static AxisScale Logarithmic(double least, double most, PixelSpan pixels);

  // Values beyond the ends lie at the ends.
  double PixelOf(double value) const;

  const std::vector<double>& ticks() const { return ticks_; }
  double first() const { return first_; }
  double last() const { return last_; }

 private:
  AxisScale(double first, double last, bool is_logarithmic, PixelSpan pixels);

  double first_ = 0;
  double last_ = 1;
  bool is_logarithmic_ = false;
  PixelSpan pixels_;
  std::vector<double> ticks_;
};

// "0.5", "250", "12,000".
std::string TickLabel(double value);

}  // namespace tensorfs

#endif  // TENSORFS_TOOLS_PROFILE_AXIS_SCALE_H_
