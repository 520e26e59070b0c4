// SPDX-License-Identifier: MIT
// The samples that the policy knows, those that were read since the mount began: what they cost,
// how often they are read, the form each is kept in and the one it is planned for. Forms are
// indices of the cost model's list, or one more for a tensor in the cache.
//
// Thread-safe; one mutex, held for one entry or for a part of the table. About 100 bytes a sample.
#ifndef TENSORFS_POLICY_SAMPLE_TABLE_H_
#define TENSORFS_POLICY_SAMPLE_TABLE_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <mutex>
#include <optional>
#include <unordered_map>
#include <vector>

#include "policy/sample_features.h"

namespace tensorfs {

// Of a sample. 0 is source:original.
using FormIndex = uint8_t;
inline constexpr FormIndex kNoForm = 255;  // none of the list; no plan yet

struct KnownSample {
  uint64_t id = 0;
  SampleFeatures features;
  uint32_t reads = 0;
  FormIndex kept = 0;
  FormIndex planned = kNoForm;

  // Where a sample goes that has no plan: nowhere.
  FormIndex target() const { return planned == kNoForm ? kept : planned; }
  // What is to be cached stays besides as it is kept.
  bool IsMisplaced(FormIndex cached) const { return target() != kept && target() != cached; }
};

class SampleTable {
 public:
  static constexpr size_t kMaxForms = 32;

  // The index that stands for a tensor in the cache; kNoForm without a cache.
  explicit SampleTable(FormIndex cached = kNoForm) : cached_(cached) {}

  // A sample was read that is kept in a form. One that was not known has no plan.
  void NoteRead(uint64_t id, const SampleFeatures& features, FormIndex kept);
  // These do nothing for samples that are not known.
  void NoteReadAgain(uint64_t id);
  void NoteKept(uint64_t id, FormIndex kept);
  void Plan(uint64_t id, FormIndex planned);

  std::optional<KnownSample> Find(uint64_t id) const;

  // At most so many, spread evenly; the same ones until the table has grown by half.
  std::vector<KnownSample> Spread(size_t most) const;

  // Plans every sample. `choose` is called without the mutex, and sees a copy.
  using Choose = std::function<FormIndex(const KnownSample&)>;
  void PlanAll(const Choose& choose);

  // Samples that are not kept as planned, the first of them.
  std::vector<KnownSample> Misplaced(size_t most) const;

  struct Counts {
    size_t samples = 0;
    uint64_t reads = 0;
    size_t misplaced = 0;  // kept otherwise than planned
    std::array<size_t, kMaxForms> kept{};
    std::array<size_t, kMaxForms> planned{};
  };
  Counts Count() const;

 private:
  void CountRead(KnownSample& sample);  // with mutex_ held

  const FormIndex cached_;
  mutable std::mutex mutex_;  // guards all below
  std::vector<KnownSample> samples_;
  std::unordered_map<uint64_t, uint32_t> index_;  // into samples_
};

}  // namespace tensorfs

#endif  // TENSORFS_POLICY_SAMPLE_TABLE_H_
