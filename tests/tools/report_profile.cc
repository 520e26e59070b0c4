// SPDX-License-Identifier: MIT
#include "report_profile.h"

#include <algorithm>

#include "../policy/made_up_costs.h"
#include "codec/form.h"
#include "policy/candidate_forms.h"
#include "policy/cost_model.h"
#include "tools/pipeline_file.h"

namespace tensorfs {
namespace {

constexpr double kMilli = 1e-3;
constexpr double kFilesystem = 0.2e-3;
constexpr uint64_t kSamples = 500;
constexpr double kCores = 2;

constexpr const char* kPipeline = R"(layout = "chw"
[[step]]
name = "Resize"
size = 256
[[step]]
name = "CenterCrop"
size = 224
[[step]]
name = "ToTensor"
[[step]]
name = "Normalize"
mean = [0.485, 0.456, 0.406]
std = [0.229, 0.224, 0.225]
)";

void AddDelivered(Strategy& strategy) {
  for (const int threads : {1, 2}) {
    const double warm = threads / strategy.cpu_s;
    strategy.delivered.push_back({.mode = ReadMode::kCold,
                                  .threads = threads,
                                  .samples_per_s = std::min(warm, 4e8 / strategy.read_bytes),
                                  .samples_per_s_stddev = 0.03 * warm,
                                  .cpu_s = 1.1 * strategy.cpu_s,
                                  .disk_bytes = strategy.read_bytes});
    strategy.delivered.push_back({.mode = ReadMode::kWarm,
                                  .threads = threads,
                                  .samples_per_s = warm,
                                  .samples_per_s_stddev = 0.02 * warm,
                                  .cpu_s = strategy.cpu_s,
                                  .disk_bytes = 0});
  }
}

std::vector<SampleFeatures> MeasuredSamples() {
  std::vector<SampleFeatures> samples;
  for (uint64_t id = 0; id < 50; ++id) samples.push_back(MadeUpSample(id));
  return samples;
}

std::string CostsOfForms() {
  const Pipeline pipeline = *ParsePipeline(kPipeline, "test");
  CostModel model(pipeline, CandidateForms(pipeline));
  Teach(&model);
  return model.Serialize();
}

}  // namespace

Strategy ReportStrategy(const std::string& form, int stage, double cpu_ms, double kilobytes,
                        double prepare_ms) {
  Strategy strategy{.form = form, .stage = stage, .encoding = form.substr(form.find(':') + 1)};
  strategy.cpu_s = cpu_ms * kMilli;
  strategy.filesystem_cpu_s = kFilesystem;
  strategy.read_bytes = 1e3 * kilobytes;
  const double work_s = strategy.cpu_s - kFilesystem;
  if (prepare_ms > 0) {
    strategy.prepare_cpu_s = prepare_ms * kMilli * kSamples;
    strategy.prepare_s = strategy.prepare_cpu_s / kCores;
    strategy.stored_bytes = strategy.read_bytes;
    strategy.stored_bytes_all = strategy.read_bytes * kSamples;
    strategy.offline = {{"decode", std::min(0.9, prepare_ms) * kMilli}};
    if (prepare_ms > 0.9)
      strategy.offline.push_back({"encode " + form, (prepare_ms - 0.9) * kMilli});
  }
  const bool is_original = prepare_ms == 0;
  strategy.online = {{is_original ? "decode" : "decode " + form, 0.7 * work_s}};
  if (stage < 2) strategy.online.push_back({"Resize(256)", 0.25 * work_s});
  strategy.online.push_back({"ToTensor > Normalize", 0.05 * work_s});
  strategy.online.push_back({"filesystem", kFilesystem});
  AddDelivered(strategy);
  return strategy;
}

Profile ReportProfile() {
  Profile profile;
  profile.set = {.source = "/data/imagenet/train",
                 .samples = kSamples,
                 .source_bytes = kSamples * 100'000,
                 .measured = MeasuredSamples()};
  profile.machine = {.cores = 2,
                     .cpu = "Intel(R) Xeon(R) Processor @ 2.80GHz",
                     .kernel = "Linux 6.18",
                     .memory_bytes = uint64_t{8} << 30,
                     .disk_bytes_per_s = 4e8,
                     .unix_time_s = 1.79e9};
  profile.pipeline_toml = kPipeline;
  profile.steps = {{"decode", 1, false, 0.8e-3, 562'500},
                   {"Resize(256)", 2, false, 0.3e-3, 196'608},
                   {"CenterCrop(224)", 3, false, 0.01e-3, 150'528},
                   {"ToTensor > Normalize", 4, false, 0.1e-3, 602'112}};
  profile.strategies = {ReportStrategy("source:original", 0, 1.62, 100, 0),
                        ReportStrategy("source:jpeg-crop", 0, 1.25, 61, 1.4),
                        ReportStrategy("decode:raw", 1, 0.95, 562.5, 1.1),
                        ReportStrategy("decode:zstd", 1, 1.4, 430, 2.1),
                        ReportStrategy("decode:planar-zstd", 1, 1.55, 231, 2.6),
                        ReportStrategy("decode:png", 1, 4.1, 262, 9.8),
                        ReportStrategy("resize:raw", 2, 0.55, 262, 1.3),
                        ReportStrategy("resize:zstd", 2, 0.80, 215, 1.8),
                        ReportStrategy("resize:planar-zstd", 2, 0.78, 118, 1.9),
                        ReportStrategy("resize:png", 2, 2.2, 128, 5.2),
                        ReportStrategy("center-crop:raw", 3, 0.48, 150.5, 1.25),
                        ReportStrategy("center-crop:zstd", 3, 0.66, 127, 1.6),
                        ReportStrategy("center-crop:planar-zstd", 3, 0.67, 69, 1.7),
                        ReportStrategy("center-crop:png", 3, 1.9, 93, 4.5),
                        ReportStrategy("final:raw", 4, 0.62, 602, 1.4),
                        ReportStrategy("final:zstd", 4, 1.8, 480, 5.1),
                        ReportStrategy("final:shuffle-zstd", 4, 1.3, 419, 4.0)};
  profile.cached = {{ReadMode::kCache, 2, 5000, 40, 0.4e-3, 602'112},
                    {ReadMode::kPageCache, 2, 21'000, 300, 0.09e-3, 0}};
  profile.cost_model = CostsOfForms();
  return profile;
}

const Strategy* Find(const Profile& profile, const std::string& form) {
  const auto found = std::ranges::find(profile.strategies, form, &Strategy::form);
  return found == profile.strategies.end() ? nullptr : &*found;
}

}  // namespace tensorfs
