// SPDX-License-Identifier: MIT
#include "tools/profile/axis_scale.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "tools/table_text.h"

namespace tensorfs {
namespace {

constexpr int kMostSteps = 6;
constexpr double kMargin = 1.25;  // of a logarithmic axis, at both ends
constexpr double kFewDecades = 2.5;

// The smallest of 1, 2, 2.5 and 5 times a power of ten with which so many steps are enough.
double StepFor(double most) {
  constexpr std::array kParts = {1.0, 2.0, 2.5, 5.0, 10.0};
  const double power = std::pow(10, std::floor(std::log10(most / kMostSteps)));
  const auto is_enough = [&](double part) { return most / (part * power) <= kMostSteps; };
  return *std::ranges::find_if(kParts, is_enough) * power;
}

std::vector<double> LogTicks(double first, double last) {
  const bool is_short = std::log10(last / first) < kFewDecades;
  std::vector<double> ticks;
  for (int power = static_cast<int>(std::floor(std::log10(first))); power <= std::log10(last);
       ++power) {
    for (const double part : {1.0, 2.0, 5.0}) {
      const double tick = part * std::pow(10, power);
      if (tick >= first && tick <= last && (is_short || part == 1)) ticks.push_back(tick);
    }
  }
  return ticks;
}

}  // namespace

AxisScale::AxisScale(double first, double last, bool is_logarithmic, PixelSpan pixels)
    : first_(first), last_(last), is_logarithmic_(is_logarithmic), pixels_(pixels) {}

AxisScale AxisScale::FromZero(double most, PixelSpan pixels) {
  if (!(most > 0) || !std::isfinite(most)) most = 1;
  const double step = StepFor(most);
  const int steps = static_cast<int>(std::floor(most / step + 1e-9));
  AxisScale scale(0, most, false, pixels);
  for (int i = 0; i <= steps; ++i) scale.ticks_.push_back(i * step);
  return scale;
}

AxisScale AxisScale::Logarithmic(double least, double most, PixelSpan pixels) {
  AxisScale scale(least / kMargin, most * kMargin, true, pixels);
  scale.ticks_ = LogTicks(scale.first_, scale.last_);
  return scale;
}

double AxisScale::PixelOf(double value) const {
  const double inside = std::clamp(value, first_, last_);
  const double share = is_logarithmic_ ? std::log(inside / first_) / std::log(last_ / first_)
                                       : (inside - first_) / (last_ - first_);
  return pixels_.from + share * (pixels_.to - pixels_.from);
}

std::string TickLabel(double value) {
  if (value >= 1000) return FormatCount(static_cast<uint64_t>(std::llround(value)));
  return Format("%g", value);
}

}  // namespace tensorfs
