// SPDX-License-Identifier: MIT
#include "policy/ridge_fit.h"

#include <algorithm>
#include <cmath>
#include <utility>

namespace tensorfs {
namespace {

using Row = RidgeFit::Row;
using Matrix = std::array<Row, RidgeFit::kTerms>;
constexpr size_t kTerms = RidgeFit::kTerms;

// Rows beyond these push out older ones. So many that the coefficients hardly waver: samples whose
// costs are about equal would be moved to and fro.
constexpr double kMemory = 4096;
// Noise over prior variance: results are expected within 10 % of a fit whose coefficients are
// within 100 % (or, of logarithms, 0.3) of the prior's.
constexpr double kScalePull = 0.01;
constexpr double kLogPull = 0.1;
// Keeps what no row tells anything of from dividing zero by zero.
constexpr double kTinyPull = 1e-9;

// Solves a·x = b for the terms in use by Gaussian elimination; the others stay 0.
// REQUIRES: a is positive definite, so that no pivot vanishes.
Row SolveFor(Matrix a, Row b, const std::array<bool, kTerms>& used) {
  for (size_t i = 0; i < kTerms; ++i) {
    if (!used[i]) continue;
    for (size_t row = i + 1; row < kTerms; ++row) {
      if (!used[row]) continue;
      const double factor = a[row][i] / a[i][i];
      for (size_t column = i; column < kTerms; ++column) a[row][column] -= factor * a[i][column];
      b[row] -= factor * b[i];
    }
  }
  Row x{};
  for (size_t i = kTerms; i-- > 0;) {
    if (!used[i]) continue;
    double rest = b[i];
    for (size_t column = i + 1; column < kTerms; ++column) rest -= a[i][column] * x[column];
    x[i] = rest / a[i][i];
  }
  return x;
}

}  // namespace

void RidgeFit::Add(const Row& terms, double result, double weight) {
  const double keep = std::min(1.0, kMemory / (sums_.weight + 1));
  sums_.weight = keep * sums_.weight + 1;
  sums_.square = keep * sums_.square + weight * result * result;
  for (size_t i = 0; i < kTerms; ++i) {
    sums_.result[i] = keep * sums_.result[i] + weight * terms[i] * result;
    for (size_t j = 0; j < kTerms; ++j) {
      sums_.terms[i][j] = keep * sums_.terms[i][j] + weight * terms[i] * terms[j];
    }
  }
}

// The equal coefficients come from the data themselves: the best multiple of the terms' sum. A
// coefficient that comes out negative is fixed at 0, the most negative first.
void RidgeFit::SolveNonNegative() {
  if (empty()) return;
  double results = 0;
  double squares = 0;
  for (size_t i = 0; i < kTerms; ++i) {
    results += sums_.result[i];
    for (size_t j = 0; j < kTerms; ++j) squares += sums_.terms[i][j];
  }
  const double equal = squares > 0 ? results / squares : 0;
  Matrix a = sums_.terms;
  Row b = sums_.result;
  for (size_t i = 0; i < kTerms; ++i) {
    a[i][i] += kScalePull;
    b[i] += kScalePull * equal;
  }
  std::array<bool, kTerms> used = {true, true, true, true};
  for (size_t left = kTerms; left > 0; --left) {
    coefficients_ = SolveFor(a, b, used);
    const auto lowest = std::ranges::min_element(coefficients_);
    if (*lowest >= 0) return;
    used[static_cast<size_t>(lowest - coefficients_.begin())] = false;
  }
  coefficients_ = {equal, equal, equal, equal};
}

void RidgeFit::SolveAround(const Row& prior) {
  coefficients_ = prior;
  if (empty()) return;
  Matrix a = sums_.terms;
  Row b = sums_.result;
  a[0][0] += kTinyPull;
  for (size_t i = 1; i < kTerms; ++i) {
    a[i][i] += kLogPull;
    b[i] += kLogPull * prior[i];
  }
  coefficients_ = SolveFor(a, b, {true, true, true, true});
}

double RidgeFit::At(const Row& terms) const {
  double result = 0;
  for (size_t i = 0; i < kTerms; ++i) result += coefficients_[i] * terms[i];
  return result;
}

double RidgeFit::ResidualVariance() const {
  if (empty()) return 0;
  double squares = sums_.square;
  for (size_t i = 0; i < kTerms; ++i) {
    squares -= 2 * coefficients_[i] * sums_.result[i];
    for (size_t j = 0; j < kTerms; ++j) {
      squares += coefficients_[i] * sums_.terms[i][j] * coefficients_[j];
    }
  }
  return std::max(0.0, squares / sums_.weight);
}

}  // namespace tensorfs
