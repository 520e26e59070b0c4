// SPDX-License-Identifier: MIT
// How well the cost model predicts samples that it was not taught: teaches it as a first mount
// does, with half of the samples where there are few, then measures others in every form.
//
//   cost_error --data DIR [--files N] [--forms FORM,FORM,…]
//
// Each workload (below) takes the JPEGs or the PNGs of DIR. Errors are of CPU seconds and payload
// bytes: the median over samples of |predicted - measured| ÷ measured, and the same of the sums.
#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "codec/form.h"
#include "fs/form_prober.h"
#include "fs/sample_fs.h"
#include "policy/candidate_forms.h"
#include "policy/cost_model.h"

namespace tensorfs {
namespace {

struct Options {
  std::string data;
  size_t files = 200;
  std::vector<std::string> forms;  // none: those that the policy chooses among
};

struct Workload {
  const char* title;
  std::vector<Step> steps;
  std::vector<std::string> extensions;
};

// What is said of one form.
struct Tally {
  size_t samples = 0;
  double predicted_cpu_s = 0, cpu_s = 0;
  double predicted_bytes = 0, bytes = 0;
  double encode_cpu_s = 0;
  std::vector<double> cpu_errors, byte_errors;
};

[[noreturn]] void Die(const std::string& what) {
  std::fprintf(stderr, "cost_error: %s\n", what.c_str());
  std::exit(1);
}

template <typename T>
T Must(Result<T> result) {
  if (!result) Die(result.error().message);
  return *std::move(result);
}

double Median(std::vector<double> values) {
  std::nth_element(values.begin(), values.begin() + values.size() / 2, values.end());
  return values[values.size() / 2];
}

void Compare(const FormCost& predicted, const ProbeResult& measured, Tally& tally) {
  if (!measured.suited || !predicted.possible()) return;
  const auto bytes = static_cast<double>(measured.payload_bytes);
  ++tally.samples;
  tally.predicted_cpu_s += predicted.cpu_s;
  tally.cpu_s += measured.decode_cpu_s;
  tally.predicted_bytes += predicted.read_bytes;
  tally.bytes += bytes;
  tally.encode_cpu_s += measured.encode_cpu_s;
  tally.cpu_errors.push_back(std::abs(predicted.cpu_s / measured.decode_cpu_s - 1));
  tally.byte_errors.push_back(std::abs(predicted.read_bytes / bytes - 1));
}

void Print(const Form& form, const Pipeline& pipeline, const Tally& tally) {
  if (tally.samples == 0) return;
  const auto samples = static_cast<double>(tally.samples);
  std::printf("%-26s %7zu %9.3f %6.1f %6.1f %9.1f %6.1f %6.1f %9.3f\n",
              ToString(form, pipeline).c_str(), tally.samples, tally.cpu_s / samples * 1e3,
              100 * Median(tally.cpu_errors), 100 * (tally.predicted_cpu_s / tally.cpu_s - 1),
              tally.bytes / samples / 1e3, 100 * Median(tally.byte_errors),
              100 * (tally.predicted_bytes / tally.bytes - 1), tally.encode_cpu_s / samples * 1e3);
}

void Run(const Options& options, const Workload& workload) {
  ReadStats stats;
  const Pipeline pipeline = Must(Pipeline::Create(workload.steps));
  ViewOptions view;
  view.pipeline = pipeline;
  view.extensions = workload.extensions;
  const auto fs = Must(SampleFs::Create(options.data, view, {}, &stats));
  std::vector<Form> forms = CandidateForms(pipeline);
  if (!options.forms.empty()) forms = {Form{}};
  for (const std::string& form : options.forms) {
    const Result<Form> parsed = ParseForm(form, pipeline);
    if (parsed) forms.push_back(*parsed);
  }
  CostModel model(pipeline, forms);
  std::vector<std::string> samples;
  for (const Inode inode : Must(fs->ListSamples(""))) {
    samples.push_back(Must(fs->SourcePathOf(inode)));
  }
  FormProber::Limits limits;
  limits.samples = std::min(limits.samples, samples.size() / 2);
  const FormProber::Report taught = FormProber(fs.get(), &model, limits).Run({});
  for (const std::string& path : fs->PickSamples(limits.samples)) std::erase(samples, path);
  const size_t count = std::min(options.files, samples.size());
  std::vector<Tally> tallies(forms.size());
  std::vector<FormCost> costs(forms.size());
  for (size_t i = 0; i < count; ++i) {
    const std::string& path = samples[i * samples.size() / count];
    const Result<SampleProbe> probe = fs->Probe(path, forms, {});
    if (!probe) continue;
    model.Predict(probe->features, costs);
    for (size_t form = 0; form < forms.size(); ++form) {
      Compare(costs[form], probe->forms[form], tallies[form]);
    }
  }
  std::printf("%s: taught with %zu samples in %.1f s of CPU\n", workload.title, taught.measured,
              taught.cpu_s);
  std::printf("%-26s %7s %9s %6s %6s %9s %6s %6s %9s\n", "form", "samples", "CPU ms", "err %",
              "sum %", "kB", "err %", "sum %", "encode ms");
  for (size_t form = 0; form < forms.size(); ++form) Print(forms[form], pipeline, tallies[form]);
}

Options ParseOptions(int argc, char** argv) {
  Options options;
  for (int i = 1; i + 1 < argc; i += 2) {
    const std::string_view name = argv[i];
    const std::string value = argv[i + 1];
    if (name == "--data") options.data = value;
    if (name == "--files") options.files = static_cast<size_t>(std::atoi(value.c_str()));
    if (name != "--forms") continue;
    for (size_t begin = 0; begin < value.size();) {
      const size_t end = std::min(value.find(',', begin), value.size());
      options.forms.push_back(value.substr(begin, end - begin));
      begin = end + 1;
    }
  }
  if (options.data.empty() || options.files < 1) {
    Die("usage: cost_error --data DIR [--files N] [--forms FORM,FORM,…]");
  }
  return options;
}

void RunAll(const Options& options) {
  const std::vector<std::string> jpeg = {"jpg", "jpeg"};
  const std::vector<std::string> png = {"png"};
  const Step resize = Resize{.size = 256};
  const Step crop = CenterCrop{.size = {224, 224}};
  const Step normalize =
      Normalize{.mean = {0.485F, 0.456F, 0.406F}, .std = {0.229F, 0.224F, 0.225F}};
  Run(options, {"JPEG, decode only", {}, jpeg});
  Run(options, {"JPEG, Resize(256) > CenterCrop(224)", {resize, crop}, jpeg});
  Run(options,
      {"JPEG, the same > ToTensor > Normalize", {resize, crop, ToTensor{}, normalize}, jpeg});
  Run(options, {"PNG, decode only", {}, png});
  Run(options, {"PNG, Resize(256) > CenterCrop(224)", {resize, crop}, png});
}

}  // namespace
}  // namespace tensorfs

int main(int argc, char** argv) {
  tensorfs::RunAll(tensorfs::ParseOptions(argc, argv));
  return 0;
}
