// SPDX-License-Identifier: MIT
// What tools may ask of a mount's policy, and change in it. Implementations are thread-safe: the
// control socket's threads call them while samples are read.
#ifndef TENSORFS_POLICY_POLICY_CONTROL_H_
#define TENSORFS_POLICY_POLICY_CONTROL_H_

#include <cstdint>
#include <string>
#include <vector>

#include "codec/result.h"
#include "policy/pins.h"
#include "policy/policy_report.h"

namespace tensorfs {

class PolicyControl {
 public:
  virtual ~PolicyControl() = default;

  virtual PolicyReport Report() const = 0;

  // Why a sample is to be in the form it is to be in. `sample` is its inode.
  // Errors: kNotFound if there is no such sample; those of reading its header.
  virtual Result<Explanation> Explain(uint64_t sample) const = 0;

  // What would be planned; changes nothing. May take seconds for millions of samples.
  // Errors: kBusy while there is too little to plan with; kInvalidArgument.
  virtual Result<WhatIf> Plan(const WhatIfRequest& request) const = 0;

  // Errors: kInvalidArgument, naming the setting; nothing is changed then.
  virtual Result<void> Set(const SettingsPatch& patch) = 0;

  // The samples that a rule names have its form from now on, whatever they cost; a rule replaces
  // an earlier one with the same pattern. Errors: kInvalidArgument for a form there is not.
  virtual Result<void> Pin(const PinRule& rule) = 0;
  // Errors: kNotFound if no rule has this pattern.
  virtual Result<void> Unpin(const std::string& pattern) = 0;
  virtual std::vector<PinRule> Pins() const = 0;

  // While paused nothing is planned, and nothing moved but what is pinned, when it is read, and
  // what somebody asks for. Idempotent.
  virtual void Pause() = 0;
  virtual void Resume() = 0;

  // The latest changes of the plan, oldest first.
  virtual std::vector<PlanChange> History() const = 0;
};

}  // namespace tensorfs

#endif  // TENSORFS_POLICY_POLICY_CONTROL_H_
