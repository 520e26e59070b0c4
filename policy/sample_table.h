// SPDX-License-Identifier: MIT
// The samples that the policy knows, those that were read since the mount began: what they cost,
// how often they are read, the form each is kept in and the one it is planned for or pinned to.
// Forms are indices of the cost model's list, or one more for a tensor in the cache.
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
inline constexpr FormIndex kNoForm = 255;     // no plan yet; no pin
inline constexpr FormIndex kOtherForm = 254;  // one that is not in the list

struct KnownSample {
  uint64_t id = 0;
  SampleFeatures features;
  uint32_t reads = 0;      // all of them
  float recent_reads = 0;  // the older, the less each counts; a new sample has the mean of all
  FormIndex kept = 0;
  FormIndex planned = kNoForm;
  FormIndex pinned = kNoForm;  // by the user; goes before what is planned
  bool in_cache = false;       // when it was read last
  bool is_awaited = false;     // was misplaced when the plan was taken, and still is
  bool was_read = false;       // since Unread was asked of it

  bool is_pinned() const { return pinned != kNoForm; }
  // Where a sample goes that has no plan: nowhere.
  FormIndex target() const {
    if (is_pinned()) return pinned;
    return planned == kNoForm ? kept : planned;
  }
  // What is to be cached stays besides as it is kept.
  bool IsMisplaced(FormIndex cached) const { return target() != kept && target() != cached; }
};

class SampleTable {
 public:
  static constexpr size_t kMaxForms = 32;

  // The index that stands for a tensor in the cache; kNoForm without a cache.
  explicit SampleTable(FormIndex cached = kNoForm) : cached_(cached) {}

  // A sample was read that is kept in a form. One that was not known has neither plan nor pin:
  // then true.
  bool NoteRead(uint64_t id, const SampleFeatures& features, FormIndex kept);
  // These do nothing for samples that are not known.
  void NoteCachedRead(uint64_t id);
  void NoteKept(uint64_t id, FormIndex kept);
  void Plan(uint64_t id, FormIndex planned);
  void Pin(uint64_t id, FormIndex pinned);
  // The source has the sample no more.
  void Forget(uint64_t id);

  std::optional<KnownSample> Find(uint64_t id) const;

  // At most so many, spread evenly; the same ones until the table has grown by half.
  std::vector<KnownSample> Spread(size_t most) const;

  // Plans or pins every sample. `choose` is called without the mutex, and sees a copy.
  using Choose = std::function<FormIndex(const KnownSample&)>;
  void PlanAll(const Choose& choose);
  void PinAll(const Choose& choose);
  // Visits a copy of each, without the mutex.
  void ForEach(const std::function<void(const KnownSample&)>& visit) const;

  // Samples that are not kept as planned, or those not as pinned: at most so many, spread evenly
  // over all such.
  enum class Wish : uint8_t { kPlanned, kPinned };
  std::vector<KnownSample> Misplaced(Wish by, size_t most) const;

  // At most so many samples that were not read since this was asked of them, others each time.
  std::vector<uint64_t> Unread(size_t most);

  struct Counts {
    size_t samples = 0;
    size_t misplaced = 0;  // kept otherwise than planned
    size_t uncached = 0;   // planned for the cache, but not found there yet
    uint64_t arrived = 0;  // of those that PlanAll found misplaced, since then
    std::array<size_t, kMaxForms> kept{};
    std::array<size_t, kMaxForms> planned{};
  };
  Counts Count() const;

 private:
  bool CopyChunk(size_t begin, std::vector<KnownSample>& chunk) const;
  void SetAll(FormIndex KnownSample::*form, const Choose& choose);
  // These with mutex_ held.
  KnownSample* FindLocked(uint64_t id);
  void CountRead(KnownSample& sample, float reads);
  void Keep(KnownSample& sample, FormIndex kept);

  const FormIndex cached_;
  mutable std::mutex mutex_;  // guards all below
  std::vector<KnownSample> samples_;
  std::unordered_map<uint64_t, uint32_t> index_;  // into samples_
  double recent_reads_ = 0;                       // of all
  uint64_t arrived_ = 0;
  size_t unread_from_ = 0;  // where Unread goes on
};

}  // namespace tensorfs

#endif  // TENSORFS_POLICY_SAMPLE_TABLE_H_
