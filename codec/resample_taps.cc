// SPDX-License-Identifier: MIT
#include "codec/resample_taps.h"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace tensorfs {
namespace {

// The operations and their order matter to the last bit: Pillow's weights are rounded from these.
struct Filter {
  double (*weight)(double x);
  double support;  // half the width, in pixels of the larger of input and output
};

double Box(double x) { return x > -0.5 && x <= 0.5 ? 1.0 : 0.0; }

double Bilinear(double x) {
  x = std::abs(x);
  return x < 1.0 ? 1.0 - x : 0.0;
}

double Hamming(double x) {
  x = std::abs(x);
  if (x == 0.0) return 1.0;
  if (x >= 1.0) return 0.0;
  x *= std::numbers::pi;
  return std::sin(x) / x * (0.54f + 0.46f * std::cos(x));
}

// Catmull–Rom: Keys' cubic with a = -0.5.
double Bicubic(double x) {
  constexpr double kA = -0.5;
  x = std::abs(x);
  if (x < 1.0) return ((kA + 2.0) * x - (kA + 3.0)) * x * x + 1;
  if (x < 2.0) return (((x - 5) * x + 8) * x - 4) * kA;
  return 0.0;
}

double Sinc(double x) {
  if (x == 0.0) return 1.0;
  x *= std::numbers::pi;
  return std::sin(x) / x;
}

double Lanczos(double x) { return -3.0 <= x && x < 3.0 ? Sinc(x) * Sinc(x / 3) : 0.0; }

Filter FilterOf(Interpolation interpolation) {
  switch (interpolation) {
    case Interpolation::kBox:
      return {Box, 0.5};
    case Interpolation::kHamming:
      return {Hamming, 1.0};
    case Interpolation::kBicubic:
      return {Bicubic, 2.0};
    case Interpolation::kLanczos:
      return {Lanczos, 3.0};
    case Interpolation::kNearest:
    case Interpolation::kBilinear:
      break;
  }
  return {Bilinear, 1.0};
}

// The axis in numbers: how many input pixels an output pixel is wide, and how far it looks.
struct Geometry {
  explicit Geometry(const ResampleAxis& axis)
      : input(axis.input),
        filter(FilterOf(axis.filter)),
        // Pillow passes sizes as floats.
        scale(static_cast<double>(static_cast<float>(axis.input)) / axis.output),
        filter_scale(std::max(scale, 1.0)),
        support(filter.support * filter_scale) {}

  double Center(int output) const { return (output + 0.5) * scale; }

  Interval Inputs(int output) const {
    const double center = Center(output);
    return {std::clamp(static_cast<int>(center - support + 0.5), 0, input - 1),
            std::min(static_cast<int>(center + support + 0.5), input)};
  }

  int input;
  Filter filter;
  double scale;
  double filter_scale;
  double support;
};

// Weights of the inputs of `output`, adding up to 1 (if they are not all zero).
void ComputeWeights(const Geometry& geometry, int output, Interval inputs,
                    std::vector<double>& weights) {
  const double center = geometry.Center(output);
  const double inverse_scale = 1.0 / geometry.filter_scale;
  weights.clear();
  double sum = 0.0;
  for (int i = inputs.first; i < inputs.last; ++i) {
    weights.push_back(geometry.filter.weight((i - center + 0.5) * inverse_scale));
    sum += weights.back();
  }
  if (sum == 0.0) return;
  for (double& weight : weights) weight /= sum;
}

int32_t ToFixedPoint(double weight) {
  const double scaled = weight * (1 << kWeightBits);
  return static_cast<int32_t>(weight < 0 ? scaled - 0.5 : scaled + 0.5);
}

}  // namespace

int MaxTaps(const ResampleAxis& axis) {
  return static_cast<int>(std::ceil(Geometry(axis).support)) * 2 + 1;
}

Interval InputsOf(const ResampleAxis& axis, Interval outputs) {
  if (!axis.changes()) return outputs;
  const Geometry geometry(axis);
  return {geometry.Inputs(outputs.first).first, geometry.Inputs(outputs.last - 1).last};
}

Taps ComputeTaps(const ResampleAxis& axis, Interval outputs, int origin) {
  const Geometry geometry(axis);
  Taps taps;
  taps.stride = static_cast<size_t>(MaxTaps(axis));
  taps.spans.reserve(static_cast<size_t>(outputs.length()));
  taps.weights.resize(static_cast<size_t>(outputs.length()) * taps.stride);
  std::vector<double> weights;
  weights.reserve(taps.stride);
  auto fixed = taps.weights.begin();
  for (int output = outputs.first; output < outputs.last; ++output) {
    const Interval inputs = geometry.Inputs(output);
    ComputeWeights(geometry, output, inputs, weights);
    std::transform(weights.begin(), weights.end(), fixed, ToFixedPoint);
    taps.spans.push_back({inputs.first - origin, inputs.length()});
    fixed += static_cast<std::ptrdiff_t>(taps.stride);
  }
  return taps;
}

size_t TapsMemoryBytes(const ResampleAxis& axis, int outputs) {
  const size_t taps = static_cast<size_t>(MaxTaps(axis));
  return static_cast<size_t>(outputs) * (sizeof(Taps::Span) + taps * sizeof(int32_t)) +
         taps * sizeof(double);
}

}  // namespace tensorfs
