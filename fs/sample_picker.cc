// SPDX-License-Identifier: MIT
#include "fs/sample_picker.h"

#include <sys/stat.h>

#include <algorithm>
#include <cstdint>
#include <random>
#include <unordered_map>
#include <unordered_set>

namespace tensorfs {
namespace {

// Walks may end where nothing is, or at a sample that was picked before.
constexpr size_t kWalksPerSample = 8;
constexpr int kMaxDepth = 64;

struct Contents {
  std::vector<std::string> directories;
  std::vector<std::string> samples;
};

class Walker {
 public:
  Walker(const SourceTree& source, const SampleNames& names) : source_(source), names_(names) {}

  // The path that one walk from the root leads to; empty if to no sample.
  std::string Walk();

 private:
  const Contents& ContentsOf(const std::string& path);
  size_t Below(size_t limit) { return static_cast<size_t>(random_() % limit); }

  const SourceTree& source_;
  const SampleNames& names_;
  std::mt19937 random_;  // seeded the same every time
  std::unordered_map<std::string, Contents> seen_;
};

const Contents& Walker::ContentsOf(const std::string& path) {
  const auto [entry, is_new] = seen_.try_emplace(path);
  Contents& contents = entry->second;
  if (!is_new) return contents;
  const Result<SourceDir> directory = source_.OpenDir(path);
  if (!directory) return contents;
  const std::string prefix = path.empty() ? "" : path + "/";
  static_cast<void>(directory->ForSome([&](std::string_view name, uint32_t type) {
    if (S_ISDIR(type)) contents.directories.push_back(prefix + std::string(name));
    if (S_ISREG(type) && names_.IsSample(name)) {
      contents.samples.push_back(prefix + std::string(name));
    }
  }));
  // The order of a directory's entries may differ from one reading to the next.
  std::ranges::sort(contents.directories);
  std::ranges::sort(contents.samples);
  return contents;
}

// The samples of a directory together are as likely as one of its directories.
std::string Walker::Walk() {
  std::string path;
  for (int depth = 0; depth < kMaxDepth; ++depth) {
    const Contents& contents = ContentsOf(path);
    const size_t ways = contents.directories.size() + (contents.samples.empty() ? 0 : 1);
    if (ways == 0) return "";
    const size_t way = Below(ways);
    if (way == contents.directories.size()) {
      return contents.samples[Below(contents.samples.size())];
    }
    path = contents.directories[way];
  }
  return "";
}

}  // namespace

std::vector<std::string> PickSamples(const SourceTree& source, const SampleNames& names,
                                     size_t count) {
  Walker walker(source, names);
  std::unordered_set<std::string> picked;
  std::vector<std::string> paths;
  for (size_t walks = 0; paths.size() < count && walks < kWalksPerSample * count; ++walks) {
    const std::string path = walker.Walk();
    if (!path.empty() && picked.insert(path).second) paths.push_back(path);
  }
  return paths;
}

}  // namespace tensorfs
