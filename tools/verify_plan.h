// SPDX-License-Identifier: MIT
// The work of `tensorfs cache verify`: everything that the store and the cache hold, one item for
// each record, to be checked by a Job. Immutable once made; items may be checked at once.
#ifndef TENSORFS_TOOLS_VERIFY_PLAN_H_
#define TENSORFS_TOOLS_VERIFY_PLAN_H_

#include <functional>
#include <memory>
#include <string>
#include <variant>
#include <vector>

#include "cache/cache_stats.h"
#include "cache/stored_sample.h"
#include "codec/result.h"
#include "fs/inode.h"
#include "tools/derived_contents.h"
#include "tools/job.h"

namespace tensorfs {

class VerifyPlan {
 public:
  // Compares a sample with its source. May be empty: records are checked by their checksums alone.
  using Compare = std::function<Job::Item(const std::string& source_path)>;

  // What cannot be listed, or was found damaged when it was opened, becomes an item that fails.
  // What `contents` points to outlives the plan.
  static std::shared_ptr<const VerifyPlan> Make(const DerivedContents& contents, Compare compare);

  // The items, by the numbers that Check takes: what a Job is given for its samples.
  std::vector<Inode> Items() const;

  // Reads the record and checks it; one that is bad is dropped by a mount's store or cache.
  Job::Item Check(Inode item) const;

 private:
  struct Complaint {
    std::string text;
  };
  struct Stored {
    std::string path;
    StoredSample sample;
  };
  struct Compared {
    std::string path;
  };
  using Item = std::variant<Complaint, Stored, CacheEntryInfo, Compared>;

  VerifyPlan(const DerivedContents& contents, Compare compare)
      : contents_(contents), compare_(std::move(compare)) {}

  void AddStore();
  void AddCache();
  void AddComparisons();
  Job::Item CheckItem(const Complaint& complaint) const;
  Job::Item CheckItem(const Stored& stored) const;
  Job::Item CheckItem(const CacheEntryInfo& entry) const;
  Job::Item CheckItem(const Compared& compared) const;

  const DerivedContents contents_;
  const Compare compare_;
  std::vector<Item> items_;
};

}  // namespace tensorfs

#endif  // TENSORFS_TOOLS_VERIFY_PLAN_H_
