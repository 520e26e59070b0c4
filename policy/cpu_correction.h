// SPDX-License-Identifier: MIT
// By how much real reads cost more or less CPU time than the model says: a factor that all forms
// share, for what changes while the mount works (the clock, neighbours on the same core), times one
// of each form, for what its measurement left out.
//
// Each form's own factor is learned first, and quickly; what its reads cost more or less later is
// the machine's. A form that was not read yet is given what those of others say of the machine:
// most of it where a read takes milliseconds, little where it takes microseconds, since there a
// system call more or a page fault counts as much as the decoding itself.
//
// Not thread-safe.
#ifndef TENSORFS_POLICY_CPU_CORRECTION_H_
#define TENSORFS_POLICY_CPU_CORRECTION_H_

#include <cstddef>
#include <vector>

namespace tensorfs {

class CpuCorrection {
 public:
  struct Own {
    double factor = 1;
    double reads = 0;     // as far as they are remembered
    double evidence = 0;  // 0 to 1: how much of the factor is the machine's
  };

  explicit CpuCorrection(size_t forms = 0) : own_(forms) {}

  double Of(size_t form) const {
    return shared_ * (own_[form].reads > 0 ? own_[form].factor : of_others_);
  }

  // A read was predicted, with Of(form), to take `expected_s`, and took `ratio` times that.
  // REQUIRES: both are finite and positive.
  void Note(size_t form, double expected_s, double ratio);

  double shared() const { return shared_; }
  const std::vector<Own>& own() const { return own_; }
  void Restore(double shared, std::vector<Own> own);

 private:
  void LearnOfOthers();

  double shared_ = 1;
  std::vector<Own> own_;
  double of_others_ = 1;  // of own_, for forms that were not read: planning asks for each sample
};

}  // namespace tensorfs

#endif  // TENSORFS_POLICY_CPU_CORRECTION_H_
