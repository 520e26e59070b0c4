// SPDX-License-Identifier: MIT
#include "cache/cache_book.h"

#include <algorithm>
#include <functional>
#include <limits>

#include "cache/cached_value.h"

namespace tensorfs {
namespace {

constexpr size_t kSampledForVictim = 16;
constexpr size_t kMostVictims = 256;
// Victims about as good as the best are taken from where there is most garbage already: then less
// is moved to reclaim it.
constexpr double kAboutAsDense = 1.1;
// Where every sample is read once a pass, none is idle for as long as two passes.
constexpr uint64_t kPassesToHalve = 3;

// SplitMix64 (Steele, Lea and Flood).
uint64_t Mix(uint64_t value) {
  value += 0x9e3779b97f4a7c15u;
  value = (value ^ (value >> 30)) * 0xbf58476d1ce4e5b9u;
  value = (value ^ (value >> 27)) * 0x94d049bb133111ebu;
  return value ^ (value >> 31);
}

}  // namespace

bool CacheBook::Wants(uint64_t key, uint64_t bytes, double saved_s) const {
  if (index_.Find(key) != nullptr || pending_.contains(key)) return false;
  return FindVictims(key, {saved_s, bytes, reads_.Estimate(key)}).has_value();
}

bool CacheBook::Admit(uint64_t key, uint64_t bytes, double saved_s,
                      std::vector<RecordId>* displaced) {
  if (index_.Find(key) != nullptr || pending_.contains(key)) return false;
  const std::optional<Victims> victims = FindVictims(key, {saved_s, bytes, reads_.Estimate(key)});
  if (!victims) return false;
  for (const CacheEntry& victim : *victims) {
    Remove(victim.key);
    displaced->push_back(victim.record);
  }
  pending_.emplace(key, Footprint(bytes));
  pending_bytes_ += Footprint(bytes);
  ++admitted_;
  return true;
}

bool CacheBook::Settle(uint64_t key) {
  const auto pending = pending_.find(key);
  if (pending == pending_.end()) return false;
  pending_bytes_ -= pending->second;
  pending_.erase(pending);
  return true;
}

void CacheBook::NoteHit(uint64_t key) {
  CacheEntry* entry = index_.Find(key);
  if (entry == nullptr) return;
  entry->last_read = clock_;
  if (entry->reads < std::numeric_limits<uint16_t>::max()) ++entry->reads;
}

void CacheBook::Add(CacheEntry entry) {
  Remove(entry.key);
  entry.last_read = clock_;
  index_.Insert(entry);
  const uint64_t footprint = Footprint(entry.bytes);
  Generation& generation = generations_[entry.record.generation];
  generation.total_bytes += footprint;
  generation.live_bytes += footprint;
  ++generation.entries;
  live_bytes_ += footprint;
}

std::optional<CacheEntry> CacheBook::Remove(uint64_t key) {
  Settle(key);
  const std::optional<CacheEntry> removed = index_.Remove(key);
  if (!removed) return std::nullopt;
  const uint64_t footprint = Footprint(removed->bytes);
  Generation& generation = generations_[removed->record.generation];
  generation.live_bytes -= footprint;
  --generation.entries;
  live_bytes_ -= footprint;
  return removed;
}

const CacheEntry* CacheBook::FindRecord(uint64_t key, RecordId record) const {
  const CacheEntry* entry = index_.Find(key);
  return entry != nullptr && entry->record == record ? entry : nullptr;
}

void CacheBook::Move(uint64_t key, RecordId to) {
  CacheEntry entry = *Remove(key);
  const uint32_t last_read = entry.last_read;
  entry.record = to;
  Add(entry);
  index_.Find(key)->last_read = last_read;
}

void CacheBook::DropGeneration(uint32_t generation) {
  std::vector<uint64_t> live;
  if (generations_[generation].entries > 0) {
    index_.ForEach([&](const CacheEntry& entry) {
      if (entry.record.generation == generation) live.push_back(entry.key);
    });
  }
  for (const uint64_t key : live) Remove(key);
  generations_.erase(generation);
}

std::vector<uint32_t> CacheBook::MostDeadGenerations(double least_dead_part,
                                                     uint64_t live_bytes) const {
  std::vector<std::pair<double, uint32_t>> by_dead_part;
  for (const auto& [number, generation] : generations_) {
    const double dead_part = DeadPart(number);
    if (dead_part >= least_dead_part) by_dead_part.emplace_back(dead_part, number);
  }
  std::ranges::sort(by_dead_part, std::greater());
  std::vector<uint32_t> chosen;
  uint64_t live = 0;
  for (const auto& [dead_part, number] : by_dead_part) {
    live += generations_.at(number).live_bytes;
    if (live > live_bytes && !chosen.empty()) break;
    chosen.push_back(number);
  }
  return chosen;
}

std::vector<uint32_t> CacheBook::SmallestGenerations(size_t count) const {
  std::vector<std::pair<uint64_t, uint32_t>> by_size;
  for (const auto& [number, generation] : generations_) {
    by_size.emplace_back(generation.total_bytes, number);
  }
  std::ranges::sort(by_size);
  std::vector<uint32_t> smallest;
  for (size_t i = 0; i < std::min(count, by_size.size()); ++i) {
    smallest.push_back(by_size[i].second);
  }
  return smallest;
}

std::map<uint32_t, std::vector<uint16_t>> CacheBook::Reads() const {
  std::map<uint32_t, std::vector<uint16_t>> all;
  index_.ForEach([&](const CacheEntry& entry) {
    std::vector<uint16_t>& reads = all[entry.record.generation];
    if (reads.size() <= entry.record.sequence) reads.resize(entry.record.sequence + 1);
    reads[entry.record.sequence] = entry.reads;
  });
  return all;
}

uint64_t CacheBook::dead_bytes() const {
  uint64_t dead = 0;
  for (const auto& [number, generation] : generations_) dead += generation.dead_bytes();
  return dead;
}

std::optional<CacheBook::Victims> CacheBook::FindVictims(uint64_t key,
                                                         const CacheValue& candidate) const {
  const uint64_t needed = live_bytes_ + pending_bytes_ + Footprint(candidate.bytes);
  uint64_t freed = 0;
  Victims victims;
  while (needed - freed > live_limit_bytes_) {
    const CacheEntry* victim = FindVictim(Mix(key ^ admitted_) + victims.size(), victims);
    if (victim == nullptr || victims.size() >= kMostVictims) return std::nullopt;
    if (!Displaces(candidate, ValueOf(*victim))) return std::nullopt;
    victims.push_back(*victim);
    freed += Footprint(victim->bytes);
  }
  return victims;
}

const CacheEntry* CacheBook::FindVictim(uint64_t chance, const Victims& chosen) const {
  const CacheEntry* victim = nullptr;
  double density = 0;
  for (size_t i = 0; i < kSampledForVictim; ++i) {
    chance = Mix(chance);
    const CacheEntry* entry = index_.Sample(chance);
    if (entry == nullptr) return nullptr;
    const auto is_entry = [&](const CacheEntry& other) { return other.key == entry->key; };
    if (std::ranges::any_of(chosen, is_entry)) continue;
    const double entry_density = Density(ValueOf(*entry));
    const bool denser = entry_density > density * kAboutAsDense;
    const bool less_dense = entry_density * kAboutAsDense < density;
    const bool better =
        victim == nullptr || less_dense ||
        (!denser && DeadPart(entry->record.generation) > DeadPart(victim->record.generation));
    if (!better) continue;
    victim = entry;
    density = entry_density;
  }
  return victim;
}

// What was not read for long is likely to be read less often than before.
CacheValue CacheBook::ValueOf(const CacheEntry& entry) const {
  const uint64_t idle_passes = (clock_ - entry.last_read) / std::max<uint64_t>(reads_.keys(), 1);
  const uint64_t halvings = std::min<uint64_t>(idle_passes / kPassesToHalve, 31);
  return {entry.saved_s, entry.bytes, reads_.Estimate(entry.key) >> halvings};
}

double CacheBook::DeadPart(uint32_t generation) const {
  const Generation& found = generations_.at(generation);
  if (found.total_bytes == 0) return 1;
  return static_cast<double>(found.dead_bytes()) / static_cast<double>(found.total_bytes);
}

}  // namespace tensorfs
