// SPDX-License-Identifier: MIT
// Least squares over a few terms, pulled towards a prior (ridge regression), from sums alone: rows
// are added one by one and forgotten slowly, so that it follows what changes. Not thread-safe.
#ifndef TENSORFS_POLICY_RIDGE_FIT_H_
#define TENSORFS_POLICY_RIDGE_FIT_H_

#include <array>
#include <cstddef>

namespace tensorfs {

class RidgeFit {
 public:
  static constexpr size_t kTerms = 4;
  using Row = std::array<double, kTerms>;

  // The sums that everything follows from; plain, so that they can be written down.
  struct Sums {
    double weight = 0;  // of rows
    double square = 0;  // of the results
    Row result{};       // terms times results
    std::array<Row, kTerms> terms{};
  };

  void Add(const Row& terms, double result, double weight = 1);

  bool empty() const { return sums_.weight <= 0; }
  // Rows, as far as they are remembered.
  double weight() const { return sums_.weight; }

  // Coefficients that are not negative, pulled towards equal ones: terms are expected to be
  // scaled so that these are plausible. All 1 without rows.
  void SolveNonNegative();
  // Coefficients pulled towards these, but for the first, which is free.
  void SolveAround(const Row& prior);

  double At(const Row& terms) const;
  // The mean of the results. REQUIRES: the first term of every row is 1; not empty.
  double Mean() const { return sums_.result[0] / sums_.weight; }
  // Of the results about the fit.
  double ResidualVariance() const;

  const Sums& sums() const { return sums_; }
  // Solve it again after this.
  void set_sums(const Sums& sums) { sums_ = sums; }

 private:
  Sums sums_;
  Row coefficients_ = {1, 1, 1, 1};
};

}  // namespace tensorfs

#endif  // TENSORFS_POLICY_RIDGE_FIT_H_
