// SPDX-License-Identifier: MIT
// How long planning takes, in CPU time of its one thread, and how good the plans are.
//
//   plan_speed [--json] [SAMPLES]     1,000,000 samples in 8 forms, if not given
#include <sys/resource.h>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <random>

#include "policy/planner.h"
#include "policy/thread_cpu.h"

namespace tensorfs {
namespace {

// How samples differ: in the size of all that they take, and in each form on its own.
struct Kind {
  const char* name;
  double size_spread;
  double form_spread;
};

constexpr Kind kKinds[] = {{"alike", 1, 1}, {"sizes", 3, 1}, {"sizes and forms", 3, 1.4}};

// JPEGs, forms of them in a store on a second device, and tensors in a cache on a third: the CPU
// and both limits bind.
PlanProblem ProblemOf(const Kind& kind, size_t samples) {
  constexpr FormUse kUses[] = {
      {5e-3F, 1e5F, 0},    {3.5e-3F, 6.6e4F, 6.6e4F}, {2e-3F, 1.5e5F, 1.5e5F}, {1e-3F, 3e5F, 3e5F},
      {5e-4F, 5e5F, 5e5F}, {7e-4F, 4e5F, 4e5F},       {2.5e-3F, 1e5F, 1e5F},   {3e-4F, 6e5F, 6e5F}};
  PlanProblem problem;
  problem.cores = 4;
  problem.device_bytes_per_s = {2e8, 1e9, 3e9};
  problem.forms = {{0, -1}, {1, 0}, {1, 0}, {1, 0}, {1, 0}, {1, 0}, {1, 0}, {2, 1}};
  problem.space_limit_bytes = {static_cast<double>(samples) * 1.5e5,
                               static_cast<double>(samples) * 5e4};
  problem.uses.reserve(samples * std::size(kUses));
  std::mt19937 random(1);
  const auto factor = [&random](double spread) {
    return static_cast<float>(std::pow(spread, random() * 0x1p-31 - 1));
  };
  for (size_t i = 0; i < samples; ++i) {
    const float size = factor(kind.size_spread);
    for (FormUse use : kUses) {
      use.cpu_s *= size * factor(kind.form_spread);
      use.read_bytes *= size;
      use.space_bytes *= size;
      problem.uses.push_back(use);
    }
  }
  return problem;
}

long PeakMemoryKiB() {
  rusage usage;
  getrusage(RUSAGE_SELF, &usage);
  return usage.ru_maxrss;
}

void Measure(const Kind& kind, size_t samples, bool json) {
  const PlanProblem problem = ProblemOf(kind, samples);
  const long before_kib = PeakMemoryKiB();
  const uint64_t begin_ns = ThreadCpuNs();
  const Plan plan = MakePlan(problem);
  const double cpu_s = static_cast<double>(ThreadCpuNs() - begin_ns) / 1e9;
  const char* format =
      json ? "{\"kind\": \"%s\", \"samples\": %zu, \"forms\": %zu, \"plan_cpu_s\": %.3f, "
             "\"epoch_to_bound\": %.5f, \"more_memory_mib\": %ld}\n"
           : "%-16s %zu samples, %zu forms: %.2f s of CPU, epoch / bound %.5f, %ld MiB beside the "
             "problem\n";
  std::printf(format, kind.name, samples, problem.forms.size(), cpu_s, plan.epoch_s / plan.bound_s,
              (PeakMemoryKiB() - before_kib) / 1024);
}

}  // namespace
}  // namespace tensorfs

int main(int argc, char** argv) {
  bool json = false;
  size_t samples = 1'000'000;
  for (int i = 1; i < argc; ++i) {
    if (std::strcmp(argv[i], "--json") == 0) {
      json = true;
    } else if (std::atol(argv[i]) > 0) {
      samples = static_cast<size_t>(std::atol(argv[i]));
    } else {
      std::fprintf(stderr, "usage: plan_speed [--json] [SAMPLES]\n");
      return 2;
    }
  }
  for (const tensorfs::Kind& kind : tensorfs::kKinds) tensorfs::Measure(kind, samples, json);
  return 0;
}
