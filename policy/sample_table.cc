// SPDX-License-Identifier: MIT
#include "policy/sample_table.h"

#include <algorithm>
#include <bit>
#include <span>

namespace tensorfs {
namespace {

constexpr size_t kChunk = 1024;  // samples that are copied or looked at at a time

// Recent reads are halved when a sample has so many in the mean: what is read no more weighs next
// to nothing some epochs later.
constexpr double kMostMeanReads = 16;

}  // namespace

KnownSample* SampleTable::FindLocked(uint64_t id) {
  const auto entry = index_.find(id);
  return entry == index_.end() ? nullptr : &samples_[entry->second];
}

bool SampleTable::NoteRead(uint64_t id, const SampleFeatures& features, FormIndex kept) {
  std::lock_guard lock(mutex_);
  const size_t before = samples_.size();
  const auto [entry, is_new] = index_.try_emplace(id, static_cast<uint32_t>(before));
  if (is_new) samples_.push_back({.id = id, .features = features, .kept = kept});
  KnownSample& sample = samples_[entry->second];
  if (sample.features != features) {  // another version: what was planned is void
    sample.features = features;
    sample.planned = kNoForm;
  }
  Keep(sample, kept);
  sample.in_cache = false;
  const double mean = before == 0 ? 1 : recent_reads_ / static_cast<double>(before);
  CountRead(sample, is_new ? static_cast<float>(std::max(1.0, mean)) : 1);
  return is_new;
}

void SampleTable::NoteCachedRead(uint64_t id) {
  std::lock_guard lock(mutex_);
  KnownSample* const sample = FindLocked(id);
  if (sample == nullptr) return;
  sample->in_cache = cached_ != kNoForm;
  CountRead(*sample, 1);
}

void SampleTable::CountRead(KnownSample& sample, float reads) {
  ++sample.reads;
  sample.was_read = true;
  sample.recent_reads += reads;
  recent_reads_ += reads;
  if (recent_reads_ < kMostMeanReads * static_cast<double>(samples_.size())) return;
  recent_reads_ = 0;  // summed anew, as rounding would add up
  for (KnownSample& each : samples_) {
    each.recent_reads /= 2;
    recent_reads_ += each.recent_reads;
  }
}

void SampleTable::Keep(KnownSample& sample, FormIndex kept) {
  sample.kept = kept;
  if (!sample.is_awaited || sample.IsMisplaced(cached_)) return;
  sample.is_awaited = false;
  ++arrived_;
}

void SampleTable::NoteKept(uint64_t id, FormIndex kept) {
  std::lock_guard lock(mutex_);
  if (KnownSample* const sample = FindLocked(id)) Keep(*sample, kept);
}

void SampleTable::Plan(uint64_t id, FormIndex planned) {
  std::lock_guard lock(mutex_);
  if (KnownSample* const sample = FindLocked(id)) sample->planned = planned;
}

void SampleTable::Pin(uint64_t id, FormIndex pinned) {
  std::lock_guard lock(mutex_);
  if (KnownSample* const sample = FindLocked(id)) sample->pinned = pinned;
}

// The last one takes its place.
void SampleTable::Forget(uint64_t id) {
  std::lock_guard lock(mutex_);
  const auto entry = index_.find(id);
  if (entry == index_.end()) return;
  const uint32_t place = entry->second;
  recent_reads_ -= samples_[place].recent_reads;
  samples_[place] = samples_.back();
  index_[samples_[place].id] = place;
  samples_.pop_back();
  index_.erase(id);
}

std::optional<KnownSample> SampleTable::Find(uint64_t id) const {
  std::lock_guard lock(mutex_);
  const auto entry = index_.find(id);
  if (entry == index_.end()) return std::nullopt;
  return samples_[entry->second];
}

// Strides that are powers of two, because plans of other samples would differ by chance alone.
std::vector<KnownSample> SampleTable::Spread(size_t most) const {
  std::lock_guard lock(mutex_);
  if (samples_.size() <= most) return samples_;
  const size_t stride = std::bit_ceil((samples_.size() + most - 1) / most);
  std::vector<KnownSample> spread;
  for (size_t i = 0; i < samples_.size(); i += stride) spread.push_back(samples_[i]);
  return spread;
}

bool SampleTable::CopyChunk(size_t begin, std::vector<KnownSample>& chunk) const {
  std::lock_guard lock(mutex_);
  if (begin >= samples_.size()) return false;
  const size_t length = std::min(kChunk, samples_.size() - begin);
  const std::span<const KnownSample> part = std::span(samples_).subspan(begin, length);
  chunk.assign(part.begin(), part.end());
  return true;
}

void SampleTable::ForEach(const std::function<void(const KnownSample&)>& visit) const {
  std::vector<KnownSample> chunk;
  for (size_t begin = 0; CopyChunk(begin, chunk); begin += kChunk) {
    std::ranges::for_each(chunk, visit);
  }
}

void SampleTable::SetAll(FormIndex KnownSample::*form, const Choose& choose) {
  std::vector<KnownSample> chunk;
  for (size_t begin = 0; CopyChunk(begin, chunk); begin += kChunk) {
    for (KnownSample& sample : chunk) sample.*form = choose(sample);
    std::lock_guard lock(mutex_);
    for (const KnownSample& chosen : chunk) {
      KnownSample* const sample = FindLocked(chosen.id);
      if (sample == nullptr || sample->features != chosen.features) continue;
      sample->*form = chosen.*form;
      if (form == &KnownSample::pinned) continue;
      sample->is_awaited = sample->IsMisplaced(cached_);
      sample->in_cache = sample->in_cache && sample->target() == cached_;
    }
  }
}

void SampleTable::PlanAll(const Choose& choose) {
  {
    std::lock_guard lock(mutex_);
    arrived_ = 0;
  }
  SetAll(&KnownSample::planned, choose);
}

void SampleTable::PinAll(const Choose& choose) { SetAll(&KnownSample::pinned, choose); }

// Takes each one, then every second, fourth, … of them, as they become too many.
std::vector<KnownSample> SampleTable::Misplaced(Wish by, size_t most) const {
  std::vector<KnownSample> some;
  size_t stride = 1;
  size_t passed = 0;
  const auto take = [&](const KnownSample& sample) {
    if (passed++ % stride != 0) return;
    some.push_back(sample);
    if (some.size() <= most) return;
    stride *= 2;
    for (size_t i = 0; 2 * i < some.size(); ++i) some[i] = some[2 * i];
    some.resize((some.size() + 1) / 2);
  };
  for (size_t begin = 0;; begin += kChunk) {
    std::lock_guard lock(mutex_);
    if (begin >= samples_.size()) return some;
    const size_t end = std::min(begin + kChunk, samples_.size());
    for (size_t i = begin; i < end; ++i) {
      const bool is_such = samples_[i].is_pinned() == (by == Wish::kPinned);
      if (is_such && samples_[i].IsMisplaced(cached_)) take(samples_[i]);
    }
  }
}

std::vector<uint64_t> SampleTable::Unread(size_t most) {
  std::lock_guard lock(mutex_);
  std::vector<uint64_t> unread;
  const size_t looked_at = std::min(kChunk, samples_.size());
  for (size_t i = 0; i < looked_at && unread.size() < most; ++i) {
    if (unread_from_ >= samples_.size()) unread_from_ = 0;
    KnownSample& sample = samples_[unread_from_++];
    if (!sample.was_read) unread.push_back(sample.id);
    sample.was_read = false;
  }
  return unread;
}

SampleTable::Counts SampleTable::Count() const {
  std::lock_guard lock(mutex_);
  Counts counts{.samples = samples_.size(), .arrived = arrived_};
  for (const KnownSample& sample : samples_) {
    if (sample.IsMisplaced(cached_)) ++counts.misplaced;
    if (sample.target() == cached_ && !sample.in_cache && cached_ != kNoForm) ++counts.uncached;
    if (sample.kept < kMaxForms) ++counts.kept[sample.kept];
    if (sample.target() < kMaxForms) ++counts.planned[sample.target()];
  }
  return counts;
}

}  // namespace tensorfs
