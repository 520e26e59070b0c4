// SPDX-License-Identifier: MIT
// An adaptive policy on a machine that a test makes up: costs that were taught, reads that are
// only counted, and windows that the test lets pass.
#ifndef TENSORFS_TESTS_POLICY_FORM_POLICY_FIXTURE_H_
#define TENSORFS_TESTS_POLICY_FORM_POLICY_FIXTURE_H_

#include <gtest/gtest.h>

#include <map>
#include <memory>
#include <string>

#include "cache/sample_store.h"
#include "cache/tensor_cache.h"
#include "made_up_costs.h"
#include "policy/candidate_forms.h"
#include "policy/form_policy.h"

namespace tensorfs {

struct MadeUpMachine {
  double cores = 2;
  double disk_bytes_per_s = 5e10;
  double waiting = 1;  // share of the time in which readers wait
};

class FormPolicyTest : public testing::Test {
 protected:
  static constexpr uint64_t kSamples = 300;
  static constexpr uint64_t kReadsAWindow = 100;
  static constexpr double kNeverSteps = 1e6;

  void SetUp() override;
  void TearDown() override;

  // Changes what Make takes; to be called before it.
  FormPolicy::Parts* parts() { return &parts_; }
  TensorCache* cache() { return cache_.get(); }
  // With a tensor cache on a device of its own.
  void AddCache();
  // The policy, without having planned or read anything.
  FormPolicy* Make();
  // The policy after a read of every sample, with the costs known.
  FormPolicy* MakeAndRead();

  void ReadSamples(uint64_t first, uint64_t last);
  Observation See(const MadeUpMachine& machine) const;
  // A window with enough reads to judge by.
  void Window(const MadeUpMachine& machine);
  void Windows(int count, const MadeUpMachine& machine);
  // All samples come to be kept as they are planned.
  void CarryOut();

  static std::string PathOf(uint64_t sample) { return std::to_string(sample) + ".jpg"; }
  std::string TargetOf(uint64_t sample) const;      // "" for nothing
  std::map<std::string, uint64_t> Targets() const;  // how many samples have which
  double PlannedBytes(float FormCost::*of) const;   // sum over all samples' targets
  size_t changes() const { return policy_->History().size(); }

  const Pipeline pipeline_ = CropPipeline();
  CostModel model_{pipeline_, CandidateForms(pipeline_)};
  ReadStats reads_;
  std::map<uint64_t, Form> kept_;
  std::unique_ptr<FormPolicy> policy_;

 private:
  Result<SampleFacts> FactsOf(uint64_t sample) const;

  std::string directory_;
  std::unique_ptr<SampleStore> store_;
  std::unique_ptr<TensorCache> cache_;
  std::unique_ptr<Migrator> migrator_;
  DeviceMeters devices_{"/", "/", ""};
  ReadMeter requests_;
  Observer observer_{&devices_, &requests_};
  MigrationShare share_{MigrationShare::Limits{}};
  FormPolicy::Parts parts_;
};

}  // namespace tensorfs

#endif  // TENSORFS_TESTS_POLICY_FORM_POLICY_FIXTURE_H_
