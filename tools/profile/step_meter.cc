// SPDX-License-Identifier: MIT
#include "tools/profile/step_meter.h"

#include <algorithm>
#include <limits>
#include <utility>

#include "codec/image_header.h"
#include "codec/pixel_step.h"
#include "codec/tensor_job.h"
#include "fs/read_fully.h"
#include "policy/thread_cpu.h"
#include "tools/profile/strategy_forms.h"

namespace tensorfs {
namespace {

constexpr int kRuns = 2;
constexpr double kNsPerSecond = 1e9;
constexpr size_t kBudgetBytes = size_t{1} << 30;

double CpuSecondsSince(uint64_t start_ns) {
  return static_cast<double>(ThreadCpuNs() - start_ns) / kNsPerSecond;
}

// The names of the steps whose results are stages, from stage 1 on.
std::vector<std::string> StepNames(const Pipeline& pipeline) {
  std::vector<std::string> names = {"decode"};
  std::string on_tensor;
  for (const Step& step : pipeline.steps()) {
    if (IsPixelStep(step)) {
      names.push_back(ToString(step));
    } else {
      on_tensor += (on_tensor.empty() ? "" : " > ") + std::string(NameOf(step));
    }
  }
  const bool is_stage = FinalStage(pipeline) > static_cast<int>(names.size());
  if (is_stage) names.push_back(on_tensor.empty() ? "reorder" : on_tensor);
  return names;
}

// CPU seconds from the stage's image to the tensor.
double RunFrom(const TensorPlan& plan, StageCopy stage, std::span<uint8_t> tensor) {
  double least_s = std::numeric_limits<double>::infinity();
  for (int run = 0; run < kRuns; ++run) {
    Image image(stage.image->window(), stage.image->channels());
    std::ranges::copy(stage.image->bytes(), image.bytes().begin());
    const uint64_t start = ThreadCpuNs();
    plan.Run(stage.stage, std::move(image), tensor);
    least_s = std::min(least_s, CpuSecondsSince(start));
  }
  return least_s;
}

}  // namespace

StepMeter::StepMeter(const PipelineFile* file, std::span<const Form> forms,
                     const SourceTree* source)
    : file_(file),
      forms_(forms.begin(), forms.end()),
      source_(source),
      final_stage_(FinalStage(file->pipeline)),
      budget_(kBudgetBytes),
      sums_(forms.size()),
      stage_sums_{std::vector<double>(static_cast<size_t>(final_stage_) + 1),
                  std::vector<double>(static_cast<size_t>(final_stage_) + 1)} {}

Result<StepMeter::StageValues> StepMeter::MeasureStages(const std::string& path) const {
  const Result<SourceFile> source = source_->OpenFile(path);
  if (!source) return tl::unexpected(source.error());
  std::vector<uint8_t> bytes(static_cast<size_t>(source->attr.st_size));
  if (auto read = ReadFully(source->fd.get(), 0, bytes); !read) return tl::unexpected(read.error());
  const Result<ImageHeader> header = ReadImageHeader(bytes);
  if (!header) return tl::unexpected(header.error());
  const Result<TensorJob> job = TensorJob::Create(file_->pipeline, *header);
  if (!job) return tl::unexpected(job.error());
  std::vector<uint8_t> tensor(job->spec().SizeBytes());
  StageValues values{std::vector<double>(stage_sums_.cpu_s.size()),
                     std::vector<double>(stage_sums_.bytes.size())};
  for (int stage = 1; stage < final_stage_; ++stage) {
    StageCopy copy{.stage = stage, .image = {}};
    if (auto made = job->Run(bytes, tensor, &copy); !made) return tl::unexpected(made.error());
    values.bytes[static_cast<size_t>(stage)] = static_cast<double>(copy.image->bytes().size());
    values.cpu_s[static_cast<size_t>(stage)] = RunFrom(job->plan(), std::move(copy), tensor);
  }
  values.bytes.back() = static_cast<double>(tensor.size());
  return values;
}

Result<SampleProbe> StepMeter::Measure(const std::string& path) {
  const Result<SourceFile> source = source_->OpenFile(path);
  if (!source) return tl::unexpected(source.error());
  Result<SampleProbe> probe =
      ProbeForms(file_->pipeline, *source, forms_, &budget_, stop_.get_token());
  if (!probe) return Fail(path, probe.error());
  const Result<StageValues> stages = MeasureStages(path);
  if (!stages) return Fail(path, stages.error());
  for (size_t i = 0; i < stages->cpu_s.size(); ++i) {
    stage_sums_.cpu_s[i] += stages->cpu_s[i];
    stage_sums_.bytes[i] += stages->bytes[i];
  }
  const ProbeResult& original = probe->forms.front();
  for (size_t i = 0; i < forms_.size(); ++i) {
    const ProbeResult& result = probe->forms[i].suited ? probe->forms[i] : original;
    const auto value_stage = static_cast<size_t>(std::max(forms_[i].stage, 1));
    sums_[i].encode_cpu_s += result.encode_cpu_s;
    sums_[i].decode_cpu_s += std::max(result.decode_cpu_s - stages->cpu_s[value_stage], 0.0);
  }
  ++measured_;
  return probe;
}

double StepMeter::StepSeconds(int stage) const {
  if (stage == 1) return Mean(sums_.front().decode_cpu_s);
  const auto index = static_cast<size_t>(stage);
  return std::max(Mean(stage_sums_.cpu_s[index - 1] - stage_sums_.cpu_s[index]), 0.0);
}

std::vector<ProfiledStep> StepMeter::Steps() const {
  std::vector<ProfiledStep> steps;
  const Pipeline& pipeline = file_->pipeline;
  const int last_kept = LastKeptStage(*file_);
  for (const std::string& name : StepNames(pipeline)) {
    const int stage = static_cast<int>(steps.size()) + 1;
    steps.push_back({.name = name,
                     .stage = stage,
                     .online = stage > last_kept,
                     .cpu_s = StepSeconds(stage),
                     .result_bytes = Mean(stage_sums_.bytes[static_cast<size_t>(stage)])});
  }
  return steps;
}

std::vector<StepTime> StepMeter::Offline(size_t form) const {
  std::vector<StepTime> times;
  if (forms_[form].encoding == Encoding::kOriginal) return times;
  for (const ProfiledStep& step : Steps()) {
    if (step.stage <= forms_[form].stage) times.push_back({step.name, step.cpu_s});
  }
  times.push_back(
      {"encode " + ToString(forms_[form], file_->pipeline), Mean(sums_[form].encode_cpu_s)});
  return times;
}

std::vector<StepTime> StepMeter::Online(size_t form) const {
  const bool is_original = forms_[form].encoding == Encoding::kOriginal;
  const std::string name =
      is_original ? "decode" : "decode " + ToString(forms_[form], file_->pipeline);
  std::vector<StepTime> times = {{name, Mean(sums_[form].decode_cpu_s)}};
  for (const ProfiledStep& step : Steps()) {
    if (step.stage > std::max(forms_[form].stage, 1)) times.push_back({step.name, step.cpu_s});
  }
  return times;
}

}  // namespace tensorfs
