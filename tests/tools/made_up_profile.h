// SPDX-License-Identifier: MIT
// A profile as it could have been measured, every member set.
#ifndef TENSORFS_TESTS_TOOLS_MADE_UP_PROFILE_H_
#define TENSORFS_TESTS_TOOLS_MADE_UP_PROFILE_H_

#include <string>

#include "tools/profile/profile.h"

namespace tensorfs {

inline Strategy MadeUpStrategy(const std::string& form, int stage, const std::string& encoding,
                               double cpu_s, double read_bytes) {
  Strategy strategy{.form = form, .stage = stage, .encoding = encoding, .share = 0.75};
  const bool original = stage == 0 && encoding == "original";
  if (!original) {
    strategy.prepare_s = 12.5;
    strategy.prepare_cpu_s = 24;
    strategy.stored_bytes = read_bytes;
    strategy.stored_bytes_all = read_bytes * 1000;
    strategy.offline = {{"decode", 2e-3}, {"encode " + form, 1e-4}};
  }
  strategy.read_bytes = read_bytes;
  strategy.cpu_s = cpu_s;
  strategy.filesystem_cpu_s = 1e-4;
  for (const int threads : {1, 2}) {
    strategy.delivered.push_back({.mode = ReadMode::kCold,
                                  .threads = threads,
                                  .samples_per_s = threads * 0.5 / cpu_s,
                                  .samples_per_s_stddev = 1.5,
                                  .cpu_s = cpu_s * 1.125,
                                  .disk_bytes = read_bytes});
    strategy.delivered.push_back({.mode = ReadMode::kWarm,
                                  .threads = threads,
                                  .samples_per_s = threads / cpu_s,
                                  .samples_per_s_stddev = 2.5,
                                  .cpu_s = cpu_s,
                                  .disk_bytes = 0});
  }
  strategy.online = {{"decode " + form, cpu_s - 1e-4}, {"filesystem", 1e-4}};
  return strategy;
}

inline Profile MadeUpProfile() {
  Profile profile;
  profile.set = {.source = "/data/train",
                 .samples = 1000,
                 .source_bytes = 100'000'000,
                 .measured = {{SourceKind::kJpeg, 500, 375, 100'000},
                              {SourceKind::kInterlacedPng, 64, 48, 5'000}}};
  profile.machine = {.cores = 2,
                     .cpu = "Some CPU \"X\"",
                     .kernel = "6.18",
                     .memory_bytes = uint64_t{8} << 30,
                     .disk_bytes_per_s = 2e8,
                     .unix_time_s = 1.7e9};
  profile.pipeline_toml = "[[step]]\nname = \"Resize\"\nsize = 256\n";
  profile.steps = {{"decode", 1, false, 1e-3, 562'500}, {"Resize(256)", 2, true, 5e-4, 150'528}};
  profile.strategies = {MadeUpStrategy("source:original", 0, "original", 2e-3, 100'000),
                        MadeUpStrategy("decode:raw", 1, "raw", 1e-3, 562'500),
                        MadeUpStrategy("final:raw", 2, "raw", 2e-4, 150'528)};
  profile.cached = {{ReadMode::kCache, 1, 5000, 10, 2e-4, 0},
                    {ReadMode::kPageCache, 2, 40000, 100, 2e-5, 0}};
  profile.cost_model = "some\ntext";
  return profile;
}

}  // namespace tensorfs

#endif  // TENSORFS_TESTS_TOOLS_MADE_UP_PROFILE_H_
