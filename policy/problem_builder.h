// SPDX-License-Identifier: MIT
// From what is known and observed to the planner's problem: the cost model's forms and, where there
// is a cache, one more for a tensor in it. Pure; const, thread-safe as far as the cost model is.
#ifndef TENSORFS_POLICY_PROBLEM_BUILDER_H_
#define TENSORFS_POLICY_PROBLEM_BUILDER_H_

#include <cstdint>
#include <limits>
#include <optional>
#include <span>
#include <vector>

#include "policy/cost_model.h"
#include "policy/plan_problem.h"
#include "policy/sample_table.h"

namespace tensorfs {

// Where a mount's bytes lie, as indices into the list of devices.
struct DeviceRoles {
  int source = 0;
  int store = 0;
  std::optional<int> cache;  // nothing without a cache
};

// What the machine gives, and what each read takes beside its form's own cost.
struct MachineCapacity {
  double cores = 1;
  std::vector<double> device_bytes_per_s;  // infinite while unknown
  double read_cpu_s = 0;                   // of the filesystem itself, for any sample
  double cached_cpu_s = 0;                 // of a read from the cache
  double store_limit_bytes = std::numeric_limits<double>::infinity();
  double cache_limit_bytes = 0;
};

// How often a sample is read, compared to the mean of all: in a plan, its weight. A few reads more
// or less change little.
double MeanReads(std::span<const KnownSample> samples);
float WeightOf(const KnownSample& sample, double mean_reads);

class ProblemBuilder {
 public:
  ProblemBuilder(const CostModel* model, DeviceRoles roles) : model_(model), roles_(roles) {}

  // The model's, and one more with a cache.
  size_t forms() const { return model_->forms().size() + (roles_.cache ? 1 : 0); }
  bool IsCache(size_t form) const { return form >= model_->forms().size(); }

  // For a part of all samples, of which it gets the same part of the space.
  PlanRules Rules(const MachineCapacity& machine, double part = 1) const;

  // REQUIRES: uses.size() == forms().
  void UsesOf(const SampleFeatures& sample, const MachineCapacity& machine,
              std::span<FormUse> uses) const;

  // `part` as above.
  PlanProblem Build(std::span<const KnownSample> samples, const MachineCapacity& machine,
                    double part) const;

  // What moving samples from one choice to another takes: seconds of all cores, or of the source's
  // device if that takes longer. A move reads and decodes the source, encodes, and decodes again to
  // verify.
  double MoveSeconds(const PlanProblem& problem, std::span<const KnownSample> samples,
                     std::span<const uint8_t> from, std::span<const uint8_t> to) const;

 private:
  const CostModel* const model_;
  const DeviceRoles roles_;
};

}  // namespace tensorfs

#endif  // TENSORFS_POLICY_PROBLEM_BUILDER_H_
