// SPDX-License-Identifier: MIT
#include "tools/profile/sample_survey.h"

#include <random>
#include <utility>

#include "codec/image_header.h"
#include "fs/read_fully.h"
#include "tools/status.h"

namespace tensorfs {
namespace {

// Keeps `count` of all that it is given, each with the same probability (Vitter's algorithm R).
class Reservoir {
 public:
  explicit Reservoir(size_t count) : count_(count) {}

  // Paths that are not UTF-8 are counted and not kept: a mount's daemon could not be told of them.
  void Add(std::string path) {
    ++seen_;
    if (ReplaceInvalidUtf8(path) != path) return;
    if (kept_.size() < count_) {
      kept_.push_back(std::move(path));
      return;
    }
    const uint64_t place = std::uniform_int_distribution<uint64_t>(0, seen_ - 1)(random_);
    if (place < count_) kept_[place] = std::move(path);
  }

  uint64_t seen() const { return seen_; }
  const std::vector<std::string>& kept() const { return kept_; }

 private:
  const size_t count_;
  uint64_t seen_ = 0;
  std::vector<std::string> kept_;
  std::mt19937_64 random_;  // seeded the same every time
};

Result<void> ListAll(const SourceTree& source, const SampleNames& names,
                     const std::function<bool()>& stop, Reservoir* samples) {
  std::vector<std::string> left = {""};
  while (!left.empty()) {
    if (stop()) return Fail(ErrorCode::kIo, "interrupted");
    const std::string path = std::move(left.back());
    left.pop_back();
    const Result<SourceDir> directory = source.OpenDir(path);
    if (!directory) return tl::unexpected(directory.error());
    const std::string prefix = path.empty() ? "" : path + "/";
    const Result<void> listed = directory->ForEach([&](std::string_view name, uint32_t type) {
      if (S_ISDIR(type)) left.push_back(prefix + std::string(name));
      if (S_ISREG(type) && names.IsSample(name)) samples->Add(prefix + std::string(name));
    });
    if (!listed) return listed;
  }
  return {};
}

Result<SampleFeatures> FeaturesAt(const SourceTree& source, const std::string& path) {
  const Result<SourceFile> file = source.OpenFile(path);
  if (!file) return tl::unexpected(file.error());
  std::vector<uint8_t> bytes(static_cast<size_t>(file->attr.st_size));
  const Result<void> read = ReadFully(file->fd.get(), 0, bytes);
  if (!read) return Fail(path, read.error());
  const Result<ImageHeader> header = ReadImageHeader(bytes);
  if (!header) return Fail(path, header.error());
  return FeaturesOf(*header, bytes.size());
}

}  // namespace

Result<SampleSurvey> SurveySamples(const SourceTree& source, const SampleNames& names, size_t count,
                                   const std::function<bool()>& stop) {
  Reservoir samples(count);
  const Result<void> listed = ListAll(source, names, stop, &samples);
  if (!listed) return tl::unexpected(listed.error());
  if (samples.seen() == 0) return Fail(ErrorCode::kNotFound, "there is no sample in it");
  SampleSurvey survey{.samples = samples.seen(), .unreadable = 0, .picked = {}};
  std::string why;
  for (const std::string& path : samples.kept()) {
    if (stop()) return Fail(ErrorCode::kIo, "interrupted");
    const Result<SampleFeatures> features = FeaturesAt(source, path);
    if (features) {
      survey.picked.push_back({path, *features});
    } else {
      ++survey.unreadable;
      why = features.error().message;
    }
  }
  if (survey.picked.empty()) return Fail(ErrorCode::kCorrupt, "no sample can be read: " + why);
  return survey;
}

}  // namespace tensorfs
