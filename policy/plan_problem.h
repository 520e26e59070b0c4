// SPDX-License-Identifier: MIT
// What the planner is asked: how fast the machine is, what each form of each sample takes of it,
// and how much space there is. Plain values.
//
// The problem is to minimise the time T of an epoch in which each sample is read in one form, all
// resources working at once:
//
//     sum of weight * cpu_s of the choices        <=  cores * T
//     sum of weight * read_bytes on device d      <=  device_bytes_per_s[d] * T    for each d
//     sum of space_bytes in space k               <=  space_limit_bytes[k]         for each k
#ifndef TENSORFS_POLICY_PLAN_PROBLEM_H_
#define TENSORFS_POLICY_PLAN_PROBLEM_H_

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace tensorfs {

// What reading one sample in one form takes.
struct FormUse {
  float cpu_s = 0;        // of one core, to the final tensor; infinity: the sample cannot take it
  float read_bytes = 0;   // from the form's device
  float space_bytes = 0;  // in the form's space
};

// Where a form's bytes lie, the same for all samples.
struct FormPlace {
  int device = 0;  // index into device_bytes_per_s
  int space = -1;  // index into space_limit_bytes; -1: none that is limited
};

// What is the same for all samples. An infinite capacity costs nothing. One of zero serves nothing:
// a form that needs it is taken only where the sample has no other.
struct PlanRules {
  double cores = 0;
  std::vector<double> device_bytes_per_s;
  std::vector<double> space_limit_bytes;
  std::vector<FormPlace> forms;  // at most 256
};

// Every sample should have a form that takes no limited space (source:original is one); limits are
// then never exceeded.
struct PlanProblem : PlanRules {
  std::vector<FormUse> uses;   // of sample 0 in each form, then of sample 1, …
  std::vector<float> weights;  // expected reads of a sample in an epoch; empty: 1 each
  std::vector<uint64_t> ids;   // stable from plan to plan, to break ties; empty: the index

  size_t samples() const { return forms.empty() ? 0 : uses.size() / forms.size(); }
  std::span<const FormUse> UsesOf(size_t sample) const {
    return std::span(uses).subspan(sample * forms.size(), forms.size());
  }
  double WeightOf(size_t sample) const { return weights.empty() ? 1 : weights[sample]; }
  uint64_t IdOf(size_t sample) const { return ids.empty() ? sample : ids[sample]; }
};

}  // namespace tensorfs

#endif  // TENSORFS_POLICY_PLAN_PROBLEM_H_
