// SPDX-License-Identifier: MIT
#include "policy/sample_table.h"

#include <algorithm>
#include <bit>
#include <span>

namespace tensorfs {
namespace {

constexpr size_t kChunk = 1024;  // samples that are copied at a time

// Counts of reads are halved when a sample has so many, so that what is read now weighs most.
constexpr uint32_t kMostReads = 256;

}  // namespace

void SampleTable::NoteRead(uint64_t id, const SampleFeatures& features, FormIndex kept) {
  std::lock_guard lock(mutex_);
  const auto [entry, is_new] = index_.try_emplace(id, static_cast<uint32_t>(samples_.size()));
  if (is_new) samples_.push_back({.id = id, .features = features});
  KnownSample& sample = samples_[entry->second];
  if (sample.features != features) {  // another version: what was planned is void
    sample.features = features;
    sample.planned = kNoForm;
  }
  sample.kept = kept;
  CountRead(sample);
}

void SampleTable::NoteReadAgain(uint64_t id) {
  std::lock_guard lock(mutex_);
  const auto entry = index_.find(id);
  if (entry != index_.end()) CountRead(samples_[entry->second]);
}

void SampleTable::CountRead(KnownSample& sample) {
  if (++sample.reads < kMostReads) return;
  for (KnownSample& each : samples_) each.reads /= 2;
}

void SampleTable::NoteKept(uint64_t id, FormIndex kept) {
  std::lock_guard lock(mutex_);
  const auto entry = index_.find(id);
  if (entry != index_.end()) samples_[entry->second].kept = kept;
}

void SampleTable::Plan(uint64_t id, FormIndex planned) {
  std::lock_guard lock(mutex_);
  const auto entry = index_.find(id);
  if (entry != index_.end()) samples_[entry->second].planned = planned;
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

void SampleTable::PlanAll(const Choose& choose) {
  std::vector<KnownSample> chunk;
  for (size_t begin = 0;; begin += kChunk) {
    {
      std::lock_guard lock(mutex_);
      if (begin >= samples_.size()) return;
      const size_t length = std::min(kChunk, samples_.size() - begin);
      const std::span<const KnownSample> part = std::span(samples_).subspan(begin, length);
      chunk.assign(part.begin(), part.end());
    }
    for (KnownSample& sample : chunk) sample.planned = choose(sample);
    std::lock_guard lock(mutex_);
    for (size_t i = 0; i < chunk.size(); ++i) {
      KnownSample& sample = samples_[begin + i];
      if (sample.features == chunk[i].features) sample.planned = chunk[i].planned;
    }
  }
}

std::vector<KnownSample> SampleTable::Misplaced(size_t most) const {
  std::lock_guard lock(mutex_);
  std::vector<KnownSample> misplaced;
  for (const KnownSample& sample : samples_) {
    if (misplaced.size() == most) break;
    if (sample.IsMisplaced(cached_)) misplaced.push_back(sample);
  }
  return misplaced;
}

SampleTable::Counts SampleTable::Count() const {
  std::lock_guard lock(mutex_);
  Counts counts{.samples = samples_.size()};
  for (const KnownSample& sample : samples_) {
    counts.reads += sample.reads;
    if (sample.IsMisplaced(cached_)) ++counts.misplaced;
    if (sample.kept < kMaxForms) ++counts.kept[sample.kept];
    if (sample.target() < kMaxForms) ++counts.planned[sample.target()];
  }
  return counts;
}

}  // namespace tensorfs
