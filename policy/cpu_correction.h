// SPDX-License-Identifier: MIT
// By how much real reads cost more or less CPU time than the model says: a factor that all forms
// share (the clock, neighbours on the same core) times one of each form (what its measurement left
// out). What one form's reads teach of the shared factor holds for forms that are not read now.
// No single read moves a factor by more than a few per cent once some have been seen. Not
// thread-safe.
#ifndef TENSORFS_POLICY_CPU_CORRECTION_H_
#define TENSORFS_POLICY_CPU_CORRECTION_H_

#include <cstddef>
#include <vector>

namespace tensorfs {

class CpuCorrection {
 public:
  struct Own {
    double factor = 1;
    double reads = 0;  // as far as they are remembered
  };

  explicit CpuCorrection(size_t forms = 0) : own_(forms) {}

  double Of(size_t form) const { return shared_ * own_[form].factor; }

  // A read took `ratio` times of what was predicted with Of(form). REQUIRES: finite and positive.
  void Note(size_t form, double ratio);

  double shared() const { return shared_; }
  const std::vector<Own>& own() const { return own_; }
  void Restore(double shared, std::vector<Own> own);

 private:
  void MoveMeanToShared();

  double shared_ = 1;
  std::vector<Own> own_;
};

}  // namespace tensorfs

#endif  // TENSORFS_POLICY_CPU_CORRECTION_H_
