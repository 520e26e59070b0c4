// SPDX-License-Identifier: MIT
// The latest changes of the plan, and what became of them. Thread-safe.
#ifndef TENSORFS_POLICY_PLAN_HISTORY_H_
#define TENSORFS_POLICY_PLAN_HISTORY_H_

#include <cstddef>
#include <cstdint>
#include <deque>
#include <mutex>
#include <vector>

#include "policy/policy_report.h"

namespace tensorfs {

class PlanHistory {
 public:
  static constexpr size_t kKept = 256;

  // `rate` is what was achieved before, in samples a second.
  void Add(PlanChange change, double rate_before);

  // Of the latest change: those of its samples that were moved by now, and, when they all are, the
  // rate that is achieved.
  void NoteMoved(uint64_t moved);
  void NoteSettled(double rate_now);

  uint64_t changes() const;  // since the start
  std::vector<PlanChange> Changes() const;

 private:
  mutable std::mutex mutex_;  // guards all below
  std::deque<PlanChange> changes_;
  double rate_before_ = 0;  // the latest change
  uint64_t count_ = 0;
};

}  // namespace tensorfs

#endif  // TENSORFS_POLICY_PLAN_HISTORY_H_
