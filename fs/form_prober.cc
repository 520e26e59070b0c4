// SPDX-License-Identifier: MIT
#include "fs/form_prober.h"

#include <spdlog/spdlog.h>

#include <new>
#include <string>
#include <utility>

#include "policy/thread_cpu.h"

namespace tensorfs {
namespace {

constexpr double kNsPerSecond = 1e9;

Result<SampleProbe> ProbeSample(const SampleFs& fs, const std::string& path,
                                std::span<const Form> forms, const std::stop_token& stop) {
  try {
    return fs.Probe(path, forms, stop);
  } catch (const std::bad_alloc&) {
    return Fail(ErrorCode::kTooLarge, "the system is out of memory");
  }
}

}  // namespace

FormProber::Report FormProber::Run(const std::stop_token& stop) const {
  const uint64_t start = ThreadCpuNs();
  Report report;
  for (const std::string& path : fs_->PickSamples(limits_.samples)) {
    const Result<SampleProbe> probe = ProbeSample(*fs_, path, model_->forms(), stop);
    report.stopped = stop.stop_requested();
    if (report.stopped) break;
    if (probe) {
      ++report.measured;
      for (size_t form = 0; form < probe->forms.size(); ++form) {
        model_->NoteProbe(form, probe->features, probe->forms[form]);
      }
    } else {
      ++report.failed;
      spdlog::debug("not measured: {}", probe.error().message);
    }
    report.cpu_s = static_cast<double>(ThreadCpuNs() - start) / kNsPerSecond;
    if (report.cpu_s >= limits_.cpu_s) break;
  }
  return report;
}

}  // namespace tensorfs
