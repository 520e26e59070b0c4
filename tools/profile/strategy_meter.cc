// SPDX-License-Identifier: MIT
#include "tools/profile/strategy_meter.h"

#include <sys/xattr.h>

#include <algorithm>
#include <cstdlib>
#include <utility>

#include "tools/profile/page_cache.h"

namespace tensorfs {
namespace {

SampleFiles FilesIn(const PrivateMount& mount, const SampleSet& set) {
  SampleFiles files{.in_mount = {}, .in_source = set.SourceFiles()};
  for (const std::string& path : set.Paths()) files.in_mount.push_back(mount.path() + "/" + path);
  return files;
}

}  // namespace

std::string ReadXattr(const std::string& path, const char* name) {
  char value[256];
  const ssize_t length = getxattr(path.c_str(), name, value, sizeof(value));
  return length < 0 ? "" : std::string(value, static_cast<size_t>(length));
}

std::vector<std::string> SampleSet::Paths() const {
  std::vector<std::string> paths;
  for (const SurveyedSample& sample : samples) paths.push_back(sample.path);
  return paths;
}

std::vector<std::string> SampleSet::SourceFiles() const {
  std::vector<std::string> files = Paths();
  for (std::string& file : files) file.insert(0, source + "/");
  return files;
}

StrategyMeter::StrategyMeter(const PrivateMount* mount, const SampleSet* set,
                             const DeliverySettings* reading, const DeliveryWatcher* watcher)
    : mount_(mount),
      set_(set),
      files_(FilesIn(*mount, *set)),
      meter_(mount, &files_, reading, watcher) {}

Result<Strategy> StrategyMeter::Measure(const Form& form, const Pipeline& pipeline) {
  Strategy strategy;
  strategy.form = ToString(form, pipeline);
  strategy.stage = form.stage;
  strategy.encoding = NameOf(form.encoding);
  Result<void> done;
  if (form.encoding != Encoding::kOriginal) done = Prepare(&strategy);
  if (!done) return tl::unexpected(done.error());
  NoteStored(&strategy);
  if (strategy.share == 0) return Fail(ErrorCode::kUnsupported, "no sample can take it");
  done = Deliver({ReadMode::kWarm, ReadMode::kCold}, &strategy.delivered);
  if (!done) return tl::unexpected(done.error());
  if (ShareIn(strategy.form) == strategy.share) return strategy;
  return Fail(ErrorCode::kIo, "samples have left the form while they were measured");
}

// From a cold source, as it is when a whole set is prepared.
Result<void> StrategyMeter::Prepare(Strategy* strategy) const {
  DropFromPageCache(files_.in_source, DirtyPages::kStay);
  const Result<EndedJob> job = mount_->Materialize(strategy->form, set_->Paths());
  if (!job) return tl::unexpected(job.error());
  if (job->failed > 0) return Fail(ErrorCode::kIo, job->message);
  strategy->prepare_s = job->wall_s * set_->scale;
  strategy->prepare_cpu_s = job->cpu_s * set_->scale;
  return {};
}

void StrategyMeter::NoteStored(Strategy* strategy) const {
  double stored_bytes = 0;
  double read_bytes = 0;
  for (size_t i = 0; i < files_.in_mount.size(); ++i) {
    const std::string& path = files_.in_mount[i];
    const bool is_kept = ReadXattr(path, "user.tensorfs.form") == strategy->form;
    const bool is_stored = is_kept && strategy->encoding != NameOf(Encoding::kOriginal);
    const auto source_bytes = static_cast<double>(set_->samples[i].features.source_bytes);
    const double bytes =
        is_stored ? std::atof(ReadXattr(path, "user.tensorfs.stored_bytes").c_str()) : 0;
    stored_bytes += bytes;
    read_bytes += is_stored ? bytes : source_bytes;
  }
  const auto count = static_cast<double>(files_.in_mount.size());
  strategy->share = ShareIn(strategy->form);
  strategy->stored_bytes = stored_bytes / count;
  strategy->stored_bytes_all = stored_bytes * set_->scale;
  strategy->read_bytes = read_bytes / count;
}

double StrategyMeter::ShareIn(const std::string& form) const {
  const auto takers = std::ranges::count_if(files_.in_mount, [&](const std::string& path) {
    return ReadXattr(path, "user.tensorfs.form") == form;
  });
  return static_cast<double>(takers) / static_cast<double>(files_.in_mount.size());
}

Result<void> StrategyMeter::Deliver(std::initializer_list<ReadMode> modes,
                                    std::vector<Delivered>* delivered) {
  for (const ReadMode mode : modes) {
    const Result<std::vector<Delivered>> measured = meter_.Measure(mode);
    if (!measured) return tl::unexpected(measured.error());
    delivered->insert(delivered->end(), measured->begin(), measured->end());
  }
  return {};
}

}  // namespace tensorfs
