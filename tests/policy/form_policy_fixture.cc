// SPDX-License-Identifier: MIT
#include "form_policy_fixture.h"

#include <filesystem>
#include <utility>

namespace tensorfs {

void FormPolicyTest::SetUp() {
  std::string name = testing::TempDir() + "form-policy-XXXXXX";
  directory_ = mkdtemp(name.data());
  auto store = SampleStore::Open(directory_ + "/store", {.limit_bytes = 8 << 20});
  ASSERT_TRUE(store.has_value()) << store.error().message;
  store_ = std::move(*store);
  Migrator::Options no_threads;
  no_threads.threads = 0;
  migrator_ = std::make_unique<Migrator>(&pipeline_, store_.get(), no_threads);
  Teach(&model_);
  parts_.mode = PolicyMode::kAdaptive;
  parts_.settings.window_s = kNeverSteps;  // the policy's own thread sleeps, the test steps
  parts_.model = &model_;
  parts_.observer = &observer_;
  parts_.migrator = migrator_.get();
  parts_.share = &share_;
  parts_.store = store_.get();
  parts_.reads = &reads_;
  parts_.path_of = [](uint64_t sample) { return std::optional(PathOf(sample)); };
  parts_.facts = [this](uint64_t sample) { return FactsOf(sample); };
}

void FormPolicyTest::TearDown() {
  policy_.reset();
  migrator_.reset();
  cache_.reset();
  store_.reset();
  std::filesystem::remove_all(directory_);
}

void FormPolicyTest::AddCache() {
  constexpr uint64_t kLimit = 16 << 20;
  auto cache = TensorCache::Open(directory_ + "/cache", {.limit_bytes = kLimit});
  ASSERT_TRUE(cache.has_value()) << cache.error().message;
  cache_ = std::move(*cache);
  parts_.cache = cache_.get();
  parts_.settings.cache_limit_bytes = kLimit;
  parts_.roles.cache = 1;
}

FormPolicy* FormPolicyTest::Make() {
  policy_ = std::make_unique<FormPolicy>(parts_);
  return policy_.get();
}

FormPolicy* FormPolicyTest::MakeAndRead() {
  Make();
  ReadSamples(0, kSamples);
  policy_->StartPlanning();
  return policy_.get();
}

void FormPolicyTest::ReadSamples(uint64_t first, uint64_t last) {
  for (uint64_t id = first; id < last; ++id) {
    policy_->NoteRead(
        {.sample = id, .features = MadeUpSample(id), .kept = kept_[id], .served = {}});
  }
}

Observation FormPolicyTest::See(const MadeUpMachine& machine) const {
  constexpr double kCacheBytesPerS = 1e11;
  Observation seen;
  seen.window_s = 1;
  seen.cpu.to_be_had = machine.cores;
  seen.devices.push_back(
      {.name = "source+store", .busy = 1, .capacity_bytes_per_s = machine.disk_bytes_per_s});
  if (cache_) seen.devices.push_back({.name = "cache", .capacity_bytes_per_s = kCacheBytesPerS});
  seen.demand.busy = machine.waiting;
  return seen;
}

void FormPolicyTest::Window(const MadeUpMachine& machine) {
  for (uint64_t i = 0; i < kReadsAWindow; ++i) reads_.CountSample({});
  policy_->Step(See(machine));
}

void FormPolicyTest::Windows(int count, const MadeUpMachine& machine) {
  for (int i = 0; i < count; ++i) Window(machine);
}

void FormPolicyTest::CarryOut() {
  for (auto& [id, kept] : kept_) {
    const std::optional<Form> target = policy_->TargetOf(id, PathOf(id));
    if (!target) continue;
    kept = *target;
    policy_->NoteKept(id, kept);
  }
}

std::string FormPolicyTest::TargetOf(uint64_t sample) const {
  const std::optional<Form> target = policy_->TargetOf(sample, PathOf(sample));
  return target ? ToString(*target, pipeline_) : "";
}

std::map<std::string, uint64_t> FormPolicyTest::Targets() const {
  std::map<std::string, uint64_t> targets;
  for (const auto& [id, kept] : kept_) ++targets[TargetOf(id)];
  return targets;
}

double FormPolicyTest::PlannedBytes(float FormCost::*of) const {
  double bytes = 0;
  for (const auto& [id, kept] : kept_) {
    const std::string target = TargetOf(id);
    if (target.empty()) continue;
    bytes += static_cast<double>(CostsOf(model_, MadeUpSample(id))[IndexOf(model_, target)].*of);
  }
  return bytes;
}

Result<SampleFacts> FormPolicyTest::FactsOf(uint64_t sample) const {
  const auto kept = kept_.find(sample);
  if (kept == kept_.end()) return Fail(ErrorCode::kNotFound, "no such sample");
  return SampleFacts{.path = PathOf(sample),
                     .content = "JPEG",
                     .features = MadeUpSample(sample),
                     .tensor_bytes = 150656,
                     .kept = kept->second};
}

}  // namespace tensorfs
