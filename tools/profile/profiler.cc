// SPDX-License-Identifier: MIT
#include "tools/profile/profiler.h"

#include <algorithm>
#include <chrono>
#include <memory>
#include <optional>
#include <utility>

#include "codec/tensor_file.h"
#include "fs/sample_names.h"
#include "fs/source_tree.h"
#include "policy/candidate_forms.h"
#include "policy/cost_model.h"
#include "tools/paths.h"
#include "tools/pipeline_text.h"
#include "tools/profile/machine_facts.h"
#include "tools/profile/page_cache.h"
#include "tools/profile/private_mount.h"
#include "tools/profile/sample_survey.h"
#include "tools/profile/scratch_dir.h"
#include "tools/profile/step_meter.h"
#include "tools/profile/strategy_forms.h"
#include "tools/profile/strategy_meter.h"
#include "tools/text_file.h"

namespace tensorfs {
namespace {

constexpr size_t kStepSamples = 64;  // whose steps are measured one by one, at most
constexpr double kStepSeconds = 5;   // of measuring that, after which no further sample is begun
constexpr double kStepShare = 0.1;   // of all the time, about
constexpr double kStillCached = 0.1;
constexpr double kCacheRoom = 3;
constexpr uint64_t kLeastCacheBytes = uint64_t{512} << 20;

class Profiler {
 public:
  Profiler(const ProfileRequest& request, const ProfileWatcher& watcher, SourceTree source,
           SampleNames names, const ScratchDir* scratch)
      : request_(request),
        watcher_(watcher),
        source_(std::move(source)),
        names_(std::move(names)),
        scratch_(scratch),
        forms_(StrategyForms(request.pipeline)),
        model_(request.pipeline.pipeline, CandidateForms(request.pipeline.pipeline)),
        readers_{.stop = watcher.stop, .on_run = [this] { NoteRun(); }} {}

  Result<Profile> Run();

 private:
  using MountPtr = std::unique_ptr<PrivateMount>;

  // The steps of Run, in order; each fills its part of profile_.
  Result<void> Survey();
  Result<void> MeasureSteps();
  Result<void> CheckSamples();
  Result<void> MeasureStrategies();
  Result<void> MeasureDisk();
  Result<void> MeasureCaches();

  void DescribeSet();
  Result<MountPtr> Mount(std::vector<std::string> options = {});
  Result<Strategy> MeasureStrategy(size_t form);
  void NoteSteps(size_t form, Strategy* strategy) const;
  std::string NameOfForm(size_t form) const {
    return ToString(forms_[form], request_.pipeline.pipeline);
  }
  void Progress(double share, const std::string& what) const { watcher_.on_progress(share, what); }
  // The runs of strategies and of caches, all about as long.
  size_t RunsOfStrategy() const;
  void StartRuns(size_t number, std::string what);
  void NoteRun() { StartRuns(run_ + 1, what_); }

  const ProfileRequest& request_;
  const ProfileWatcher& watcher_;
  const SourceTree source_;
  const SampleNames names_;
  const ScratchDir* const scratch_;
  const std::vector<Form> forms_;
  CostModel model_;
  std::optional<StepMeter> steps_;
  SampleSurvey survey_;  // until it is known which of its samples are sound
  SampleSet set_;
  Profile profile_;
  const DeliveryWatcher readers_;
  size_t run_ = 0;    // that is going on
  std::string what_;  // it measures
};

Result<Profile> Profiler::Run() {
  profile_.machine = DescribeThisMachine();
  profile_.pipeline_toml = PipelineToToml(request_.pipeline);
  Result<void> done = ReplaceTextFile(*scratch_ / "pipeline.toml", profile_.pipeline_toml);
  if (done) done = Survey();
  if (done) done = MeasureSteps();
  if (done) done = CheckSamples();
  if (done) done = MeasureStrategies();
  if (done) done = MeasureDisk();
  if (done) done = MeasureCaches();
  if (!done) return tl::unexpected(done.error());
  return std::move(profile_);
}

Result<void> Profiler::Survey() {
  Progress(0, "looking for samples");
  Result<SampleSurvey> survey = SurveySamples(source_, names_, request_.samples, watcher_.stop);
  if (!survey) return Fail(request_.source, survey.error());
  survey_ = *std::move(survey);
  return {};
}

// All forms that the policy considers too, so that the cost model knows them.
Result<void> Profiler::MeasureSteps() {
  std::vector<Form> forms = forms_;
  for (const Form& form : model_.forms()) {
    if (std::ranges::find(forms, form) == forms.end()) forms.push_back(form);
  }
  steps_.emplace(&request_.pipeline, forms, &source_);
  const auto start = std::chrono::steady_clock::now();
  std::optional<Error> error;
  for (const SurveyedSample& sample : survey_.picked) {
    const std::chrono::duration<double> taken = std::chrono::steady_clock::now() - start;
    const size_t measured = steps_->measured();
    if (measured > 0 && (measured >= kStepSamples || taken.count() > kStepSeconds)) break;
    if (watcher_.stop()) return Fail(ErrorCode::kIo, "interrupted");
    Progress(kStepShare * std::min(taken.count() / kStepSeconds, 1.0), "steps and encodings");
    const Result<SampleProbe> probe = steps_->Measure(sample.path);
    if (!probe) {
      error = probe.error();
      continue;
    }
    for (size_t i = 0; i < model_.forms().size(); ++i) {
      const auto index = std::ranges::find(forms, model_.forms()[i]) - forms.begin();
      model_.NoteProbe(i, probe->features, probe->forms[static_cast<size_t>(index)]);
    }
  }
  if (steps_->measured() == 0) return Fail(request_.source, *error);
  profile_.steps = steps_->Steps();
  profile_.cost_model = model_.Serialize();
  return {};
}

// What cannot be read whole is not measured.
Result<void> Profiler::CheckSamples() {
  const Result<MountPtr> mount = Mount();
  if (!mount) return tl::unexpected(mount.error());
  const size_t picked = survey_.picked.size() + survey_.unreadable;
  std::string why;
  for (SurveyedSample& sample : survey_.picked) {
    if (watcher_.stop()) return Fail(ErrorCode::kIo, "interrupted");
    const std::vector<std::string> path = {(*mount)->path() + "/" + sample.path};
    if (ReadFiles(path, {})) {
      set_.samples.push_back(std::move(sample));
    } else {
      why = sample.path + ": " + ReadXattr(path.front(), "user.tensorfs.error");
    }
  }
  const size_t sound = set_.samples.size();
  if (sound == 0) {
    return Fail(ErrorCode::kCorrupt, request_.source + ": no sample can be read: " + why);
  }
  if (sound < picked) {
    watcher_.on_note(std::to_string(picked - sound) + " of " + std::to_string(picked) +
                     " samples that were picked cannot be read and are not measured");
  }
  set_.source = request_.source;
  set_.scale = static_cast<double>(survey_.samples) / static_cast<double>(sound);
  DescribeSet();
  return {};
}

void Profiler::DescribeSet() {
  double bytes = 0;
  for (const SurveyedSample& sample : set_.samples) {
    bytes += static_cast<double>(sample.features.source_bytes);
    profile_.set.measured.push_back(sample.features);
  }
  profile_.set.source = set_.source;
  profile_.set.samples = survey_.samples;
  profile_.set.source_bytes = static_cast<uint64_t>(bytes * set_.scale);
}

Result<Profiler::MountPtr> Profiler::Mount(std::vector<std::string> options) {
  const Pipeline& pipeline = request_.pipeline.pipeline;
  std::string extensions;
  for (const std::string& extension : request_.extensions) {
    extensions += (extensions.empty() ? "" : ",") + extension;
  }
  options.insert(
      options.end(),
      {"--pipeline", *scratch_ / "pipeline.toml", "--names", "keep", "--extensions", extensions,
       "--present", CheckPresentable(TensorFileFormat::kNpy, pipeline) ? "npy" : "raw"});
  return PrivateMount::Start(request_.source, scratch_->path(), options, watcher_.stop);
}

size_t Profiler::RunsOfStrategy() const {
  constexpr size_t kModes = 2;
  return kModes * request_.reading.threads.size() * static_cast<size_t>(request_.reading.runs);
}

void Profiler::StartRuns(size_t number, std::string what) {
  run_ = number;
  what_ = std::move(what);
  const size_t all = (forms_.size() + 1) * RunsOfStrategy();
  const double share = static_cast<double>(run_) / static_cast<double>(all);
  Progress(kStepShare + (1 - kStepShare) * share, what_);
}

Result<void> Profiler::MeasureStrategies() {
  for (size_t form = 0; form < forms_.size(); ++form) {
    StartRuns(form * RunsOfStrategy(), NameOfForm(form));
    Result<Strategy> strategy = MeasureStrategy(form);
    if (strategy) {
      profile_.strategies.push_back(*std::move(strategy));
    } else if (form == 0 || watcher_.stop()) {
      return tl::unexpected(strategy.error());
    } else {
      watcher_.on_note(NameOfForm(form) + " is left out: " + strategy.error().message);
    }
  }
  return {};
}

Result<Strategy> Profiler::MeasureStrategy(size_t form) {
  const Result<MountPtr> mount = Mount();
  if (!mount) return tl::unexpected(mount.error());
  StrategyMeter meter(mount->get(), &set_, &request_.reading, &readers_);
  Result<Strategy> strategy = meter.Measure(forms_[form], request_.pipeline.pipeline);
  if (strategy) NoteSteps(form, &*strategy);
  return strategy;
}

// A read from the disk takes more CPU time than one from the page cache, and it is slow disks that
// others' rates are computed for.
void Profiler::NoteSteps(size_t form, Strategy* strategy) const {
  double cpu_s = 0;
  double count = 0;
  for (const Delivered& delivered : strategy->delivered) {
    if (delivered.mode != ReadMode::kCold) continue;
    cpu_s += delivered.cpu_s;
    ++count;
  }
  strategy->cpu_s = cpu_s / count;
  strategy->online = steps_->Online(form);
  double steps_s = 0;
  for (const StepTime& step : strategy->online) steps_s += step.cpu_s;
  strategy->filesystem_cpu_s = std::max(strategy->cpu_s - steps_s, 0.0);
  strategy->online.push_back({"filesystem", strategy->filesystem_cpu_s});
  strategy->offline = steps_->Offline(form);
  if (strategy->offline.empty()) return;
  double offline_s = 0;
  for (const StepTime& step : strategy->offline) offline_s += step.cpu_s;
  const double all_s = strategy->prepare_cpu_s / static_cast<double>(survey_.samples);
  strategy->offline.push_back({"verify and write", std::max(all_s - offline_s, 0.0)});
}

// The source's files, as many at once as readers were.
Result<void> Profiler::MeasureDisk() {
  const std::vector<std::string> paths = set_.SourceFiles();
  DropFromPageCache(paths, DirtyPages::kAreWrittenFirst);
  if (CachedShare(paths) > kStillCached) {
    watcher_.on_note("the page cache does not let go of the source: cold figures are warm ones");
  }
  const int threads = *std::ranges::max_element(request_.reading.threads);
  const Result<Reading> reading = ReadFiles(
      paths, {.threads = threads, .at_most_s = request_.reading.most_run_s, .stop = watcher_.stop});
  if (!reading) return tl::unexpected(reading.error());
  profile_.machine.disk_bytes_per_s = static_cast<double>(reading->bytes) / reading->wall_s;
  for (const Strategy& strategy : profile_.strategies) {
    for (const Delivered& cold : strategy.delivered) {
      if (cold.mode != ReadMode::kCold) continue;
      profile_.machine.disk_bytes_per_s =
          std::max(profile_.machine.disk_bytes_per_s, cold.samples_per_s * strategy.read_bytes);
    }
  }
  return {};
}

// The final tensors, which a step that stays online would make anew each time.
Result<void> Profiler::MeasureCaches() {
  if (request_.pipeline.first_online_step) return {};
  StartRuns(forms_.size() * RunsOfStrategy(), "caches");
  const double tensors_bytes =
      profile_.steps.back().result_bytes * static_cast<double>(set_.samples.size());
  const uint64_t room = kLeastCacheBytes + static_cast<uint64_t>(kCacheRoom * tensors_bytes);
  const Result<MountPtr> mount = Mount({"--cache-limit", std::to_string(room)});
  if (!mount) return tl::unexpected(mount.error());
  const Result<EndedJob> warmed = (*mount)->WarmCache(set_.Paths());
  if (!warmed) return tl::unexpected(warmed.error());
  StrategyMeter meter(mount->get(), &set_, &request_.reading, &readers_);
  if (warmed->failed + warmed->unsuited > 0) {
    watcher_.on_note("the tensor cache is not measured: " + warmed->message);
    return meter.Deliver({ReadMode::kPageCache}, &profile_.cached);
  }
  return meter.Deliver({ReadMode::kCache, ReadMode::kPageCache}, &profile_.cached);
}

}  // namespace

Result<Profile> MeasureProfile(const ProfileRequest& request, const ProfileWatcher& watcher) {
  Result<SourceTree> source = SourceTree::Open(request.source, /*follow_outside_links=*/false);
  if (!source) return tl::unexpected(source.error());
  Result<SampleNames> names = SampleNames::Keep(request.extensions);
  if (!names) return tl::unexpected(names.error());
  ProfileRequest resolved = request;
  const Result<std::string> path = ResolvePath(request.source);
  if (!path) return tl::unexpected(path.error());
  resolved.source = *path;
  const Result<std::string> work_dir = ResolvePath(request.work_dir);
  if (!work_dir) return tl::unexpected(work_dir.error());
  if (IsWithin(*work_dir, *path)) {
    return Fail(ErrorCode::kInvalidArgument,
                request.work_dir + ": is inside the source, which is never written");
  }
  RemoveStaleScratch(*work_dir);
  const Result<ScratchDir> scratch = ScratchDir::Make(*work_dir);
  if (!scratch) return tl::unexpected(scratch.error());
  return Profiler(resolved, watcher, *std::move(source), *std::move(names), &*scratch).Run();
}

}  // namespace tensorfs
