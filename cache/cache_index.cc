// SPDX-License-Identifier: MIT
#include "cache/cache_index.h"

#include <algorithm>
#include <utility>

namespace tensorfs {
namespace {

constexpr size_t kFewestSlots = 8;

// Spread over [0, count) by the upper bits; the lower ones chose the table.
size_t Scale(uint64_t hash, size_t count) {
  return static_cast<size_t>(((hash >> 32) * count) >> 32);
}

}  // namespace

size_t CacheIndex::Table::Home(uint64_t key) const { return Scale(key, slots.size()); }

size_t CacheIndex::Table::SlotOf(uint64_t key) const {
  size_t slot = Home(key);
  while (slots[slot].record.generation != 0 && slots[slot].key != key) {
    slot = slot + 1 == slots.size() ? 0 : slot + 1;
  }
  return slot;
}

// By a half at a time: a table is then between 0.57 and 0.85 full.
void CacheIndex::Table::Grow() {
  std::vector<CacheEntry> old(std::max(kFewestSlots, slots.size() + slots.size() / 2));
  old.swap(slots);
  for (const CacheEntry& entry : old) {
    if (entry.record.generation != 0) slots[SlotOf(entry.key)] = entry;
  }
}

CacheEntry* CacheIndex::Find(uint64_t key) {
  Table& table = tables_[key % kTables];
  if (table.slots.empty()) return nullptr;
  CacheEntry& entry = table.slots[table.SlotOf(key)];
  return entry.record.generation == 0 ? nullptr : &entry;
}

void CacheIndex::Insert(const CacheEntry& entry) {
  Table& table = tables_[entry.key % kTables];
  if ((table.used + 1) * 100 > table.slots.size() * 85) table.Grow();
  table.slots[table.SlotOf(entry.key)] = entry;
  ++table.used;
  ++size_;
}

// The entries behind close the gap (Knuth, TAOCP 6.4, algorithm R), so there are no tombstones.
std::optional<CacheEntry> CacheIndex::Remove(uint64_t key) {
  const CacheEntry* found = Find(key);
  if (found == nullptr) return std::nullopt;
  const CacheEntry removed = *found;
  Table& table = tables_[key % kTables];
  std::vector<CacheEntry>& slots = table.slots;
  size_t gap = table.SlotOf(key);
  for (size_t next = (gap + 1) % slots.size(); slots[next].record.generation != 0;
       next = (next + 1) % slots.size()) {
    const size_t home = table.Home(slots[next].key);
    const bool stays = gap <= next ? gap < home && home <= next : gap < home || home <= next;
    if (stays) continue;
    slots[gap] = slots[next];
    gap = next;
  }
  slots[gap] = CacheEntry{};
  --table.used;
  --size_;
  return removed;
}

const CacheEntry* CacheIndex::Sample(uint64_t chance) const {
  if (size_ == 0) return nullptr;
  for (size_t tried = 0; tried < kTables; ++tried) {
    const Table& table = tables_[(chance + tried) % kTables];
    if (table.used == 0) continue;
    size_t slot = table.Home(chance);
    while (table.slots[slot].record.generation == 0) slot = (slot + 1) % table.slots.size();
    return &table.slots[slot];
  }
  return nullptr;
}

size_t CacheIndex::memory_bytes() const {
  size_t slots = 0;
  for (const Table& table : tables_) slots += table.slots.capacity();
  return slots * sizeof(CacheEntry);
}

}  // namespace tensorfs
