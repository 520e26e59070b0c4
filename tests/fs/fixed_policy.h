// SPDX-License-Identifier: MIT
// A policy that gives all samples one form, with all that it needs.
#ifndef TENSORFS_TESTS_FS_FIXED_POLICY_H_
#define TENSORFS_TESTS_FS_FIXED_POLICY_H_

#include <string>

#include "policy/candidate_forms.h"
#include "policy/device_meters.h"
#include "policy/form_policy.h"

namespace tensorfs {

class FixedPolicy {
 public:
  FixedPolicy(const std::string& form, const Pipeline& pipeline, const SampleStore* store,
              Migrator* migrator, const ReadStats* stats)
      : model_(pipeline, CandidateForms(pipeline)),
        observer_(&devices_, &requests_),
        policy_(Parts(form, pipeline, store, migrator, stats)) {}

  FormPolicy* get() { return &policy_; }

 private:
  FormPolicy::Parts Parts(const std::string& form, const Pipeline& pipeline,
                          const SampleStore* store, Migrator* migrator, const ReadStats* stats) {
    FormPolicy::Parts parts;
    parts.mode = PolicyMode::kFixed;
    parts.fixed = *ParseForm(form, pipeline);
    parts.settings.migrate_share = 1;
    parts.model = &model_;
    parts.observer = &observer_;
    parts.migrator = migrator;
    parts.share = &share_;
    parts.store = store;
    parts.reads = stats;
    return parts;
  }

  CostModel model_;
  DeviceMeters devices_{"/", "/", ""};
  ReadMeter requests_;
  Observer observer_;
  MigrationShare share_{MigrationShare::Limits{.share = 1}};
  FormPolicy policy_;
};

}  // namespace tensorfs

#endif  // TENSORFS_TESTS_FS_FIXED_POLICY_H_
